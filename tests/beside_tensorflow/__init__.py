"""What runs beside TensorFlow: agents, their children, and the steps that children take."""
