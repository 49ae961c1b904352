"""How the server fares with a class: students that drag, copies that die, clients that dawdle."""
