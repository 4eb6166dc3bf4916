"""What `bench` measures, the plain programs it compares with, and the hand that drives the real window."""
