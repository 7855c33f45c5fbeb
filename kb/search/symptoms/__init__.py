"""What a pasted log line or the output of a tool means: tables of patterns, each with the diagnoses that it
may be and a reason in both languages. Nothing that is pasted is kept.
"""
