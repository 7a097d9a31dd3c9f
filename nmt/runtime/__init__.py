"""The machine: devices, memory, processors, processes and workers."""
