"""Files of the formats that can be imported, made up here."""

from pathlib import Path

from gridblock.instances.imports.kinds import Imported, load
from gridblock.instances.imports.source import Source

CFLP = """2 3
 8 20.
 10 5.
4
 8 12
5 10 5
6 6 18
"""
SSCFLP = "2 3\n8 10\n20 5\n4 5 6\n8 12\n10 5\n6 18\n"
GAP = "2 3\n1 5 4\n3 2 6\n2 3 4\n3 2 2\n5 4\n"
MKNAP = "2\n 3 2 15\n10 6 5\n5 4 3\n1 2 2\n8 4\n 1 1 0\n2.5\n.5\n1e0\n"
SNDLIB = """?SNDlib native format; type: network; version: 1.0
# three towns
META (
  unit = Gbps (or so)
)
NODES (
  a ( 10.00 50.00 )
  b ( 11.00 50.00 )
  c ( 10.50 51.00 )
)
LINKS ( # what is installed, its cost, of routing, of setup, modules
  ab ( a b ) 0.00 0.00 0.00 5.00 ( 4.00 3.00 10.00 6.00 )
  bc ( b c ) 0.00 0.00 0.00 2.00 ( 4.00 1.00 10.00 9.00 )
  ac ( a c ) 0.00 0.00 0.00 5.00 ( 4.00 3.00 )
)
DEMANDS (
  ba ( b a ) 1 5.00 UNLIMITED
  ac ( a c ) 2 2.00 UNLIMITED
)
ADMISSIBLE_PATHS (
  ba ( p1 ( ab ) )
)
"""
GRAPHML = """<?xml version="1.0"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="a" for="node" attr.name="Latitude" attr.type="double"/>
<key id="o" for="node" attr.name="Longitude" attr.type="double"/>
<key id="g" for="edge" attr.name="gbps" attr.type="double"/>
<graph edgedefault="undirected">
<node id="a"><data key="a">50</data><data key="o">10</data></node>
<node id="b"><data key="a">51</data><data key="o">11</data></node>
<edge source="a" target="b"><data key="g">400</data></edge>
</graph></graphml>
"""
TOPOHUB = """{"directed": false, "multigraph": false, "graph": {"name": "toy"},
"nodes": [{"id": "0", "name": "Ulm", "pos": [10.0, 48.4]}, {"id": 1, "pos": [11.6, 48.1]},
 {"id": "2", "name": "Hof", "pos": [11.9, 50.3]}, {"id": "3", "name": "Hof", "pos": [9.0, 51.5]}],
"edges": [{"source": "0", "target": 1, "dist": 120.0}, {"source": "0", "target": "1"},
 {"source": 1, "target": "2"}, {"source": "2", "target": "3"}]}
"""
REGIONS = """{"east-1": {"location": "Ulm", "country": "Germany", "flag": "x",
  "latitude": 48.4, "longitude": 10},
 "west-1": {"location": "Brest", "country": "France", "latitude": 48.39, "longitude": -4.49}}
"""
LATENCY = "Source,a,b,c\na,,10,20\nb,12,,\nc,19,7,1\n"
TIMELINES = """Date,Data center,Construction status,Power (MW),Water
2026-03-15,Up,first hall,100.0,
2026-10-01,Up,"second, and third",250.5,
2027-01-02,Up,all,400,
2026-01-01,Down,land clearing,0,
"""
CAMPUSES = """Name,Current power (MW),Owner,Latitude,Longitude
Up,250.5,x,"41°41'36""N","86°27'39""W "
Planned,,y,,
South,3,z,"1°30'00""S","2°00'0.0""E"
"""
TRACE = """TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:15:46.6805900,600,60
2023-11-16 18:16:46.6805900,1200,30
2023-11-16 18:16:47,600,30
2023-11-16 19:16:46.6805900,60,6
"""
FILES = {
    "orlib-cflp": CFLP,
    "orlib-sscflp": SSCFLP,
    "gap": GAP,
    "mknap": MKNAP,
    "sndlib": SNDLIB,
    "graphml": GRAPHML,
    "topohub": TOPOHUB,
    "cloud-regions": REGIONS,
    "latency": LATENCY,
    "epoch": TIMELINES,
    "llm-trace": TRACE,
}


def imported(
    folder: Path,
    kind: str,
    text: str,
    problem: str | None = None,
    sense: str | None = None,
    name: str = "toy.txt",
) -> Imported:
    """Import a file with this text."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return load(kind, Source(str(file), problem, sense))
