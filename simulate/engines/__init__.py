"""Who makes the steps of a run: the literal recursion, the pipeline machine, NumPy, compiled kernels."""
