"""Room: export"""
