"""`aye serve`: one service holds the keys and the chain; every speaker is a thin way in to `Assistant.turn`.

FastAPI on uvicorn: bodies are checked and OpenAPI is written from the same types. Async lives here alone; each turn
runs in a thread, for the core is synchronous.
"""
