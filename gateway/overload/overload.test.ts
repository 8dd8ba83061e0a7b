import { OverloadGuard } from '.';

/** What the processor is busy with, in milliseconds. */
interface Costs {
  readonly headMs: number;
  readonly workMs: number;
  readonly refusalMs: number;
}

/**
 * An event loop whose turns take as long as what has arrived by then. A request's body comes one turn after its head, and
 * its client asks again once it has been answered.
 */
class SimulatedLoop {
  nowMs = 0;
  longestTurnMs = 0;
  answered = 0;
  shed = 0;
  private readonly ending: (() => void)[] = [];
  private bodies: (() => void)[] = [];
  readonly guard = new OverloadGuard(
    { inFlight: 2_000, turnMs: 250 },
    { now: () => this.nowMs, afterTurn: (callback) => this.ending.push(callback) },
  );

  constructor(private readonly costs: Costs) {}

  turn(arrivals: number): void {
    const beganAt = this.nowMs;
    const heads = this.bodies.splice(0).map((release) => () => {
      this.work(release);
    });
    for (const work of heads) work();
    for (let turn = 0; turn < arrivals; turn++) this.readHead();
    if (this.nowMs === beganAt) this.nowMs++;
    this.longestTurnMs = Math.max(this.longestTurnMs, this.nowMs - beganAt);
    for (const callback of this.ending.splice(0)) callback();
  }

  /**
   * @param perSecond requests, evenly spread, however long the loop takes
   * @param connections on each of which one request at a time waits
   */
  run(perSecond: number, seconds: number, connections = Infinity): void {
    let arrived = Math.floor((this.nowMs / 1000) * perSecond);
    const endMs = this.nowMs + seconds * 1000;
    while (this.nowMs < endMs) {
      const due = Math.floor((this.nowMs / 1000) * perSecond) - arrived;
      const arrivals = Math.min(due, connections - this.bodies.length);
      arrived += arrivals;
      this.turn(arrivals);
    }
  }

  private readHead(): void {
    const release = this.guard.admit();
    this.nowMs += release ? this.costs.headMs : this.costs.refusalMs;
    if (release) this.bodies.push(release);
    else this.shed++;
  }

  private work(release: () => void): void {
    const isLate = this.guard.isLate();
    this.nowMs += isLate ? this.costs.refusalMs : this.costs.workMs;
    if (isLate) this.shed++;
    else this.answered++;
    release();
  }
}

test.each([
  { workMs: 2, connections: Infinity },
  { workMs: 10, connections: Infinity },
  { workMs: 50, connections: Infinity },
  { workMs: 2, connections: 500 },
  { workMs: 10, connections: 1_000 },
  { workMs: 10, connections: 10_000 },
])(
  'answers at least 80 % of its peak at ten times the load: $workMs ms of work, $connections connections',
  ({ workMs, connections }) => {
    const loop = new SimulatedLoop({ workMs, headMs: 0.02, refusalMs: 0.03 });
    const peakPerSecond = 1000 / workMs;
    loop.run(10 * peakPerSecond, 60, connections);
    expect(loop.answered).toBeGreaterThan(0.8 * peakPerSecond * 60);
    expect(loop.shed).toBeGreaterThan(loop.answered);
  },
);

test('lets nobody wait for seconds once it knows that there is too much, and lets everybody in when it is over', () => {
  const loop = new SimulatedLoop({ workMs: 2, headMs: 0.02, refusalMs: 0.03 });
  loop.run(5_000, 10);
  loop.longestTurnMs = 0;
  loop.run(5_000, 20);
  expect(loop.longestTurnMs).toBeLessThan(1_000);
  loop.run(50, 10);
  loop.shed = 0;
  loop.run(50, 10);
  expect(loop.shed).toBe(0);
});

test('sheds nothing below its capacity, nothing of a burst, and nothing for one operation that blocks the loop', () => {
  const loop = new SimulatedLoop({ workMs: 2, headMs: 0.02, refusalMs: 0.03 });
  loop.run(450, 30);
  loop.turn(800);
  loop.run(100, 5);
  loop.nowMs += 5_000;
  loop.turn(1);
  loop.run(100, 5);
  expect(loop.shed).toBe(0);
});

test('answers no more requests at a time than it may, and forgets none that is done', () => {
  const guard = new OverloadGuard({ inFlight: 2, turnMs: 250 });
  const [first, second] = [guard.admit(), guard.admit()];
  expect(guard.admit()).toBeNull();
  first?.();
  first?.();
  expect(guard.admit()).toBeInstanceOf(Function);
  expect(guard.admit()).toBeNull();
  second?.();
  expect(guard.admit()).toBeInstanceOf(Function);
});
