"""Every constructor argument of every class that Keras exports, given another value than its default."""
