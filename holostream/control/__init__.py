"""What a performer's hands do, as commands: tables and pure functions from keys and MIDI bytes."""
