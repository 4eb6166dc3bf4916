"""Room: engine"""
