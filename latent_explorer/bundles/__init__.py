"""Room: bundles"""
