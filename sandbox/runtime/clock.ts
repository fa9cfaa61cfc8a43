import type { World } from '#sandbox/kernel.ts';

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Moves forward to a time; a time that has passed changes nothing. */
  moveTo(time: number): void;
  readonly buffer: SharedArrayBuffer;
}

/**
 * The clock of a world. Without `machineNow` it stands still between moves; with it, it also flows as the machine's clock does.
 * Every reading is written back to the world, so a saved world continues where it stopped.
 */
export function createClock(world: World, machineNow?: () => number): Clock {
  const buffer = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  const shared = new Float64Array(buffer);
  const set = (time: number): number => {
    world.now = time;
    shared[0] = time;
    return time;
  };
  set(world.now);
  if (!machineNow) return { now: () => world.now, moveTo: (time) => void set(Math.max(world.now, time)), buffer };

  let ahead = world.now - machineNow();
  // A machine clock that is set back must not move the world back.
  const now = (): number => set(Math.max(world.now, machineNow() + ahead));
  const moveTo = (time: number): void => {
    const jump = time - now();
    if (jump <= 0) return;
    ahead += jump;
    set(time);
  };
  return { now, moveTo, buffer };
}
