"""Room: charts"""
