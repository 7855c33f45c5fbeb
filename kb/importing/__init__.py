"""Import: Markdown from a zip, a folder or single files becomes revisions, with its pictures and captures.

files.py      what came, by name; what is refused before it is read
texts.py      one Markdown file: front matter, language, address
links.py      its links and pictures, to where they are here
pictures.py, captures.py, revisions.py   what becomes of each
above.py      what rooms above take in: experiments that were written there
taking.py     all of it, in order
"""
