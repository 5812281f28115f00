# SPDX-License-Identifier: GPL-3.0-or-later
"""M/M/1 in SimPy, as its manual writes it: a process a customer. Prints million customers per second of processor time."""
import random
import time

import simpy

CUSTOMERS = 100_000
rng = random.Random(1)
sojourns = []


def customer(environment, server):
    arrived = environment.now
    with server.request() as request:
        yield request
        yield environment.timeout(rng.expovariate(1 / 0.9e-3))
    sojourns.append(environment.now - arrived)


def source(environment, server):
    for _ in range(CUSTOMERS):
        yield environment.timeout(rng.expovariate(1 / 1e-3))
        environment.process(customer(environment, server))


environment = simpy.Environment()
environment.process(source(environment, simpy.Resource(environment, capacity=1)))
start = time.process_time()
environment.run()
seconds = time.process_time() - start
print(f"{1e-6 * len(sojourns) / seconds:.4f} sojourn={sum(sojourns) / len(sojourns):.6f} seconds={environment.now:.3f}")
