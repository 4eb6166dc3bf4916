"""Room: atlas"""
