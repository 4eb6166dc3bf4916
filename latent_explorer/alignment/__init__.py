"""Room: alignment"""
