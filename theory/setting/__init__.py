"""The world as data: devices, schedules, algorithms, assumptions, symbols. No bounds in here."""
