import type { World } from '../kernel.ts';

/** Environments of one function that work at once. One machine has few cores: more of them would only time out together. */
const atOnce = 8;

interface Turns {
  working: number;
  /** Told when it is their turn, first come first served. */
  readonly waiting: (() => void)[];
}

const turnsByWorld = new WeakMap<World, Map<string, Turns>>();

/**
 * Runs an invocation when it is its turn among those of the same function, where AWS Lambda would start more environments. Its time limit
 * begins with its turn. A function that waits for another one holds no place of that other.
 */
export async function inTurn<Result>(
  world: World,
  functionArn: string,
  invoke: () => Promise<Result>,
): Promise<Result> {
  const turns = turnsOf(world, functionArn);
  if (turns.working >= atOnce) await new Promise<void>((resolve) => turns.waiting.push(resolve));
  else turns.working += 1;
  try {
    return await invoke();
  } finally {
    const next = turns.waiting.shift();
    // The place goes from hand to hand, so that nobody who comes meanwhile takes it.
    if (next === undefined) turns.working -= 1;
    else next();
  }
}

function turnsOf(world: World, functionArn: string): Turns {
  const all = turnsByWorld.get(world) ?? new Map<string, Turns>();
  turnsByWorld.set(world, all);
  const turns = all.get(functionArn) ?? { working: 0, waiting: [] };
  all.set(functionArn, turns);
  return turns;
}
