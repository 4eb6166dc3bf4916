"""Room: analysis"""
