"""Room: nets"""
