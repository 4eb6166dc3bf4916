"""Room: training"""
