"""What the services wrote: files of the processes, and records in the log store."""
