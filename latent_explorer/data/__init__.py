"""Room: data"""
