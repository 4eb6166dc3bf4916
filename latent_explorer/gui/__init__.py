"""Room: gui"""
