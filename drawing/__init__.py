"""Pictures: connections as SVG sequence diagrams, captures as time lines, columns as Plotly figures. No
framework.
"""
