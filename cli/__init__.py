"""The command line: inspect, plan, check, serve and demo."""
