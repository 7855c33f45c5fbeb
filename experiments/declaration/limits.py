"""How much a declaration may ask for; every limit is refused with its line and a sentence."""

DECLARATION = 128 * 1024  # bytes
TEXT = 4 * 1024  # bytes of any text, in UTF-8, after its placeholders are replaced
FILE = 20 * 1024  # bytes of a file of a host
HOSTS = 16
LINKS = 24  # each between two hosts: a path of four hosts is three of them
FAULTS = 16  # of an entry of [[links]]
NTH = 256  # packets that one fault counts out
CAPTURES = 8
STEPS = 64
EXPECTATIONS = 64
PARAMETERS = 16
RULES = 32  # of a host
SYSCTLS = 64  # of a host
FILES = 8  # of a host
TWINS = 16
ARTICLES = 16
SEQUENCE = 256  # filters, gaps or states of one expectation
DAY_NS = 24 * 3600 * 10**9  # the latest step, and the longest of any other time
NUMBER = 10**12  # of any number, so that it fits wherever it is put
MISTAKES = 100  # that are reported at once; a declaration with more is no declaration
DEPTH = 16  # tables within tables
SCALAR = 64  # characters of a number or date
