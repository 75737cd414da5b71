"""What a sensor has to decide: what differs between folder and ledger, and which loads to ask for now."""
