"""Room: paths"""
