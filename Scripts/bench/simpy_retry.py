# SPDX-License-Identifier: GPL-3.0-or-later
"""The retry pipeline in SimPy: a process a job. Prints million jobs per second of processor time."""
import math
import random
import time

import simpy

JOBS = 120_000
rng = random.Random(1)
latencies = []
attempts = dead = 0


def job(environment, workers):
    global attempts, dead
    arrived = environment.now
    for attempt in range(1, 6):
        with workers.request() as request:
            yield request
            attempts += 1
            yield environment.timeout(rng.lognormvariate(math.log(20e-3), 0.5))
        if rng.random() >= 0.05:
            latencies.append(environment.now - arrived)
            return
        if attempt < 5:
            yield environment.timeout(rng.random() * min(60, 2 ** (attempt - 1)))
    dead += 1


def source(environment, workers):
    for _ in range(JOBS):
        yield environment.timeout(rng.expovariate(2000))
        environment.process(job(environment, workers))


environment = simpy.Environment()
environment.process(source(environment, simpy.Resource(environment, capacity=50)))
start = time.process_time()
environment.run()
seconds = time.process_time() - start
latencies.sort()
print(
    f"{1e-6 * JOBS / seconds:.4f} p50={latencies[len(latencies) // 2]:.6f} p99={latencies[int(0.99 * len(latencies))]:.6f}"
    f" attempts={attempts / JOBS:.6f} deadLettered={dead}")
