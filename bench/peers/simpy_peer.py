#!/usr/bin/python3
"""The systems in SimPy 2, as Debian has it: a process a request. Arguments and output as in peer.h."""
import math
import random
import sys
import time

from SimPy.Simulation import Process, Resource, SimEvent, Simulation, hold, release, request, waitevent


class Mean:
    def __init__(self):
        self.values = []

    def text(self):
        size = len(self.values) // 30
        batches = [sum(self.values[i * size:(i + 1) * size]) / size for i in range(30)]
        mean = sum(batches) / 30
        squares = sum((b - mean) ** 2 for b in batches)
        return "%.9g %.3g" % (mean, 3.66 * math.sqrt(squares / 29 / 30))


class System:
    def __init__(self, name, until, seed):
        servers, self.rate, self.work = {
            "mm1": (1, 800.0, 0.001),
            "mmc": (8, 10000.0, 0.7 * 8 / 10000),
            "forkjoin": (8, 10000.0, 0.7 * 8 / 10000),
        }[name]
        self.fork_join = name == "forkjoin"
        self.random = random.Random(seed)
        self.until, self.warm_up = until, until / 10
        self.sim = Simulation()
        self.stations = [Resource(capacity=servers, sim=self.sim) for _ in range(5 if self.fork_join else 1)]
        self.means = [Mean() for _ in self.stations]
        self.whole = Mean()
        self.requests = 0

    def run(self):
        source = Source(sim=self.sim)
        self.sim.activate(source, source.run(self))
        self.sim.simulate(until=self.until)


class Source(Process):
    def run(self, system):
        while True:
            one = One(sim=self.sim)
            self.sim.activate(one, one.run(system))
            yield hold, self, system.random.expovariate(system.rate)


class Visit(Process):
    """A process that visits stations."""

    def at(self, system, station):
        began = self.sim.now()
        yield request, self, system.stations[station]
        yield hold, self, system.random.expovariate(1 / system.work)
        yield release, self, system.stations[station]
        if self.began >= system.warm_up:
            system.means[station].values.append(self.sim.now() - began)


class Branch(Visit):
    def run(self, system, parent, station):
        self.began = parent.began
        for step in self.at(system, station):
            yield step
        parent.open -= 1
        if parent.open == 0:
            parent.joined.signal()


class One(Visit):
    def run(self, system):
        self.began = self.sim.now()
        for step in self.at(system, 0):
            yield step
        if system.fork_join:
            for step in self.at(system, 1):
                yield step
            self.open, self.joined = 2, SimEvent(sim=self.sim)
            for station in (2, 3):
                branch = Branch(sim=self.sim)
                self.sim.activate(branch, branch.run(system, self, station))
            yield waitevent, self, self.joined
            for step in self.at(system, 4):
                yield step
        system.requests += 1
        if self.began >= system.warm_up:
            system.whole.values.append(self.sim.now() - self.began)


def main():
    system = System(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
    began = time.process_time()
    system.run()
    seconds = time.process_time() - began
    print(system.requests, "%.6f" % seconds, system.whole.text(), *(m.text() for m in system.means))


main()
