# The smallest answer of FastAPI, the same as that of GET /healthz.
from fastapi import FastAPI

app = FastAPI()


@app.get("/healthz")
async def healthz():
    return {"status": "ok"}
