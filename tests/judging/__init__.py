"""From evidence to verdict: the plan, the evidence, what equal means, and what is known to fall short."""
