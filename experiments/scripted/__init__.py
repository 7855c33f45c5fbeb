"""Scripted scenes: the captures of a diagnosis, written down packet by packet.

A scene is an ``experiment.toml`` that declares a small network and the packets that pass its vantage point.
``python -m experiments.scripted`` makes the captures beside it: ``fires.pcap`` shows the fault,
``stays_quiet.pcap`` its benign twin, and ``healthy.pcap`` (in experiments/library) nothing worth a warning.
The same declaration gives the same bytes every time: sequence numbers, ports, IP IDs and timestamps come from
a hash of the scene's name.

The way of a scene: declaration.py reads the file, lines.py each packet line, play.py lets the endpoints
(endpoint.py) send what the lines say, wire.py writes the headers, pcapfile.py the file.
"""
