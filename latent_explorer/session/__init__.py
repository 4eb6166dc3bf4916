"""Room: session"""
