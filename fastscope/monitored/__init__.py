"""Sessions that save, log and stop by themselves: MonitoredSession with its hooks, and the Supervisor before it."""
