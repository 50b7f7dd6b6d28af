"""The scanner that looks at files before they go to a device: clamd, and what it says."""
