import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AwsError } from '#sandbox/aws-error.ts';
import type { Fault } from '#sandbox/fault.ts';
import type { JournalEntry } from '#sandbox/journal-entry.ts';
import type { Json, ResourceProvider, Sandbox, ServiceCaller, World } from '#sandbox/kernel.ts';
import { emptyWorld } from '#sandbox/runtime/empty-world.ts';
import { LostReply } from '#sandbox/runtime/perform.ts';
import type { RunningSandbox, StartOptions } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import { loadWorld, saveWorld } from '#sandbox/runtime/world-file.ts';
import { fakeIdentity, sessionCaller } from '#test/sandbox/fake-identity.ts';
import { fakeService } from '#test/sandbox/fake-services.ts';

const BEGINNING = Date.parse('2026-01-05T09:00:00Z');
const running: RunningSandbox[] = [];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
});
afterEach(async () => {
  for (const sandbox of running.splice(0)) await sandbox.close();
});
afterAll(() => rm(folder, { recursive: true }));

async function start(options: Partial<StartOptions> = {}): Promise<RunningSandbox> {
  const sandbox = await startSandbox({ seed: 1, services: [], identity: fakeIdentity(), ...options });
  running.push(sandbox);
  return sandbox;
}

const caller = sessionCaller();
const request = {
  service: 'sts',
  operation: 'GetCallerIdentity',
  input: { a: 1 },
  caller,
  region: 'eu-west-1',
} as const;
const sts = (run: (...args: never[]) => unknown) => fakeService('sts', { GetCallerIdentity: run as () => unknown });

describe('a new world', () => {
  it('begins on a Monday morning with the default organization and nothing in it', async () => {
    const { world } = await start({ seed: 5 });
    expect(world).toMatchObject({ schemaVersion: 1, seed: 5, now: BEGINNING, jobs: [] });
    expect(Object.keys(world.organization.accounts)).toEqual(['111111111111', '222222222222', '333333333333']);
    for (const { account, role } of Object.values(world.organization.people)) {
      expect([account, role]).toEqual(['111111111111', expect.stringMatching(/^AWSReservedSSO_\w+_[0-9a-f]{16}$/)]);
    }
  });

  it('shows its clock to workers through shared memory', async () => {
    const sandbox = await start();
    const shared = new Float64Array(sandbox.clockBuffer);
    expect(shared[0]).toBe(BEGINNING);
    await sandbox.advance(1_500);
    expect([shared[0], sandbox.now(), sandbox.world.now]).toEqual([
      BEGINNING + 1_500,
      BEGINNING + 1_500,
      BEGINNING + 1_500,
    ]);
  });
});

describe('minted ids', () => {
  it('are the same for the same seed and kind, and different otherwise', async () => {
    const ids = async (seed: number) => {
      const sandbox = await start({ seed });
      return [
        sandbox.mint('role', 17),
        sandbox.mint('role', 17),
        sandbox.mint('user', 17),
        sandbox.uuid('token'),
        sandbox.uuid('token'),
      ];
    };
    const [first, again, other] = [await ids(1), await ids(1), await ids(2)];
    expect(first).toEqual(again);
    expect(new Set([...first, ...other]).size).toBe(10);
  });

  it('have the length and the alphabet asked for', async () => {
    const sandbox = await start();
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200 }),
        fc.constantFrom('ab', '0123456789', undefined),
        (length, alphabet) => {
          const id = sandbox.mint('any', length, alphabet);
          expect(id).toHaveLength(length);
          expect(
            [...id].every((character) => (alphabet ?? 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567').includes(character)),
          ).toBe(true);
        },
      ),
      { seed: 13 },
    );
  });

  it('are shaped as UUIDs of version 4', async () => {
    const sandbox = await start();
    const uuids = Array.from({ length: 50 }, () => sandbox.uuid('x'));
    for (const uuid of uuids)
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('a call in process', () => {
  it('reaches the operation as a request over the wire does, and is recorded and counted', async () => {
    const sandbox = await start({
      services: [
        sts((input: unknown, call: { region: string; account: string; requestId: string }) => ({ input, ...call })),
      ],
    });
    const seen: JournalEntry[] = [];
    const unsubscribe = sandbox.subscribe((entry) => void seen.push(entry));
    const output = await sandbox.perform(request);
    expect(output).toMatchObject({
      input: { a: 1 },
      region: 'eu-west-1',
      account: '111111111111',
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    unsubscribe();
    await sandbox.perform(request);
    const entry = {
      kind: 'call',
      at: BEGINNING,
      service: 'sts',
      operation: 'GetCallerIdentity',
      principal: caller.arn,
      account: '111111111111',
      region: 'eu-west-1',
    };
    expect(seen).toEqual([entry]);
    expect(sandbox.journal()).toEqual([entry, entry]);
    expect(sandbox.calls()).toEqual({ sts: { GetCallerIdentity: 2 } });
    sandbox.resetCalls();
    expect(sandbox.calls()).toEqual({});
  });

  it('is refused without the permission, before it takes effect', async () => {
    let effects = 0;
    const identity = fakeIdentity({ denied: ['sts:GetCallerIdentity'] });
    const sandbox = await start({ services: [sts(() => effects++)], identity });
    await expect(sandbox.perform(request)).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
    expect(effects).toBe(0);
    expect(sandbox.journal()).toMatchObject([{ kind: 'call', error: 'AccessDenied' }]);
  });

  it.each([
    ['a service', { ...request, service: 'iam' as const }],
    ['an operation', { ...request, operation: 'toString' }],
  ])('of %s that is not there is an UnknownOperationException', async (_, unknown) => {
    const sandbox = await start({ services: [sts(() => ({}))] });
    await expect(sandbox.perform(unknown)).rejects.toMatchObject({ code: 'UnknownOperationException' });
  });

  it('names a service that calls on its own behalf', async () => {
    const sandbox = await start({ services: [sts(() => ({}))] });
    const service: ServiceCaller = { kind: 'service', service: 'events.amazonaws.com', account: '222222222222' };
    await sandbox.perform({ ...request, caller: service });
    expect(sandbox.journal()).toMatchObject([{ principal: 'events.amazonaws.com', account: '222222222222' }]);
  });

  it('that fails for a defect is recorded as InternalFailure', async () => {
    const sandbox = await start({
      services: [
        sts(() => {
          throw new TypeError('defect');
        }),
      ],
    });
    await expect(sandbox.perform(request)).rejects.toThrow(TypeError);
    expect(sandbox.journal()).toMatchObject([{ error: 'InternalFailure' }]);
  });
});

describe('what the sandbox knows by name', () => {
  it('asks IAM and STS for sessions and decisions', async () => {
    const sandbox = await start();
    expect(sandbox.callerOf(caller.accessKeyId)).toEqual(caller);
    expect(sandbox.callerOf('other')).toBeUndefined();
    const opened = sandbox.openSession({
      roleArn: 'r',
      sessionName: 's',
      service: 'lambda.amazonaws.com',
      durationSeconds: 900,
    });
    expect(opened.caller).toEqual(caller);
  });

  it('finds the provider of a resource type in whichever service owns it', async () => {
    const provider: ResourceProvider = {
      create: () => ({ physicalId: 'x', attributes: {} }),
      update: () => ({ physicalId: 'x', attributes: {} }),
      remove: () => undefined,
    };
    const sandbox = await start({
      services: [fakeService('sts', {}), { ...fakeService('s3', {}), providers: { 'AWS::S3::Bucket': provider } }],
    });
    expect(sandbox.provider('AWS::S3::Bucket')).toBe(provider);
    expect(sandbox.provider('AWS::EC2::VPC')).toBeUndefined();
  });

  it('ends what its services hold when it closes', async () => {
    const closed: string[] = [];
    const sandbox = await startSandbox({
      seed: 1,
      identity: fakeIdentity(),
      services: [{ ...fakeService('lambda', {}), close: () => void closed.push('lambda') }],
    });
    await sandbox.close();
    expect(closed).toEqual(['lambda']);
  });
});

describe('an injected fault', () => {
  const call = (overrides: object): Fault => ({
    kind: 'call',
    service: 'sts',
    operation: 'GetCallerIdentity',
    nth: 2,
    when: 'before',
    what: { error: 'Throttling', message: 'Rate exceeded', status: 400 },
    ...overrides,
  });
  const outcomes = async (sandbox: RunningSandbox, times: number) => {
    const codes: string[] = [];
    for (let index = 0; index < times; index += 1) {
      codes.push(
        await sandbox.perform(request).then(
          () => 'ok',
          (error: Error) => error.name,
        ),
      );
    }
    return codes;
  };

  it.each([
    ['hits the nth call only', [call({})], ['ok', 'Throttling', 'ok']],
    ['of another account passes by', [call({ account: '222222222222' })], ['ok', 'ok', 'ok']],
    ['of this account hits', [call({ account: '111111111111', nth: 1 })], ['Throttling', 'ok', 'ok']],
    ['of another operation passes by', [call({ operation: 'AssumeRole' })], ['ok', 'ok', 'ok']],
    ['loses the reply', [call({ what: 'no-reply', nth: 1 })], ['LostReply', 'ok', 'ok']],
    ['counts beside another one', [call({ nth: 1 }), call({ nth: 3 })], ['Throttling', 'ok', 'Throttling']],
  ])('%s', async (_, faults, expected) => {
    const sandbox = await start({ services: [sts(() => ({}))], faults });
    expect(await outcomes(sandbox, 3)).toEqual(expected);
  });

  it('is met once although the world was saved in between', async () => {
    const faults = [call({})];
    const before = await start({ services: [sts(() => ({}))], faults });
    expect(await outcomes(before, 1)).toEqual(['ok']);
    const world = structuredClone(before.world);
    const after = await start({ services: [sts(() => ({}))], faults, world });
    expect(await outcomes(after, 3)).toEqual(['Throttling', 'ok', 'ok']);
  });

  it('takes effect before it fails when it is injected after', async () => {
    let effects = 0;
    const sandbox = await start({
      services: [sts(() => effects++)],
      faults: [call({ nth: 1, when: 'after', what: 'no-reply' })],
    });
    await expect(sandbox.perform(request)).rejects.toBeInstanceOf(LostReply);
    expect(effects).toBe(1);
  });

  it('on a resource holds for as many operations as asked, on the one it names', async () => {
    const fault: Fault = {
      kind: 'resource',
      logicalId: 'Api',
      status: 'UPDATE_FAILED',
      reason: 'no',
      times: 2,
      stackName: 'web',
    };
    const { faults, journal } = await start({ faults: [fault] });
    const place = { account: '111111111111', stackName: 'web', logicalId: 'Api', status: 'UPDATE_FAILED', ...onTheWay };
    const met = [
      place,
      { ...place, logicalId: 'Other' },
      { ...place, stackName: 'db' },
      { ...place, status: 'CREATE_FAILED' },
      place,
      place,
    ].map((where) => faults.resource(where) !== undefined);
    expect(met).toEqual([true, false, false, false, true, false]);
    expect(journal()).toEqual(
      Array.from({ length: 2 }, () => ({ kind: 'fault', at: BEGINNING, fault: 'Api: UPDATE_FAILED, no' })),
    );
  });

  it.each([
    ['on the way back only', { during: 'rollback' }, [false, true, false, false]],
    ['either way, before the resource is touched', {}, [true, true, false, false]],
    ['after the resource is there', { when: 'after' }, [false, false, true, true]],
    ['after it is there, on the way forward', { during: 'forward', when: 'after' }, [false, false, true, false]],
  ] as const)('on a resource can strike %s', async (_case, rest, expected) => {
    const fault: Fault = {
      kind: 'resource',
      logicalId: 'Api',
      status: 'UPDATE_FAILED',
      reason: 'no',
      times: 9,
      ...rest,
    };
    const { faults } = await start({ faults: [fault] });
    const place = { account: '1', stackName: 'web', logicalId: 'Api', status: 'UPDATE_FAILED' };
    const met = (['before', 'after'] as const).flatMap((when) =>
      (['forward', 'rollback'] as const).map((during) => faults.resource({ ...place, during, when }) !== undefined),
    );
    expect(met).toEqual(expected);
  });

  it('on a read makes it stale as often as asked, for the stack it names', async () => {
    const { faults, journal } = await start({ faults: [{ kind: 'stale-read', stackName: 'web', times: 2 }] });
    const read = (stackName: string) => faults.staleRead({ account: '1', stackName }) !== undefined;
    expect([read('web'), read('db'), read('web'), read('web')]).toEqual([true, false, true, false]);
    expect(journal()).toMatchObject([{ fault: 'web was read as it was before' }, {}]);
  });

  it('on a delivery hits the nth event', async () => {
    const wanted: Fault[] = [
      { kind: 'delivery', nth: 1, what: { lateByMilliseconds: 5 } },
      { kind: 'delivery', nth: 3, what: 'lost' },
    ];
    const { faults, journal } = await start({ faults: wanted });
    expect([1, 2, 3, 4].map(() => faults.delivery()?.what)).toEqual([
      { lateByMilliseconds: 5 },
      undefined,
      'lost',
      undefined,
    ]);
    expect(journal()).toMatchObject([{ fault: 'event delivery 1: late by 5 ms' }, { fault: 'event delivery 3: lost' }]);
  });
});

const onTheWay = { during: 'forward', when: 'before' } as const;

/** A service whose jobs mint an id, note it, and schedule up to two more jobs as their payload says. */
type Plan = { readonly delay: number; readonly next: readonly Plan[] };
const notes = (world: World): string[] => ((world as unknown as { notes?: string[] }).notes ??= []);
const growing = fakeService('states', {}, {
  grow: (sandbox: Sandbox, plan: Plan) => {
    notes(sandbox.world).push(`${sandbox.now() - BEGINNING} ${sandbox.mint('note', 8)}`);
    for (const each of plan.next) grow(sandbox, each);
  },
} as never);
const grow = (sandbox: Sandbox, plan: Plan) =>
  sandbox.schedule({
    at: sandbox.now() + plan.delay,
    service: 'states',
    name: 'grow',
    payload: plan as unknown as Json,
  });
const { plan } = fc.letrec<{ plan: Plan }>((tie) => ({
  plan: fc.record({ delay: fc.nat(100), next: fc.array(tie('plan'), { maxLength: 2, depthIdentifier: 'plan' }) }),
}));

describe('a run', () => {
  it('is the same every time under one seed', async () => {
    const once = async (plans: readonly Plan[]) => {
      const sandbox = await start({ services: [growing] });
      for (const each of plans) grow(sandbox, each);
      await sandbox.run();
      return sandbox.world;
    };
    await fc.assert(
      fc.asyncProperty(fc.array(plan, { maxLength: 4 }), async (plans) => {
        expect(await once(plans)).toEqual(await once(plans));
      }),
      { seed: 14, numRuns: 20 },
    );
  });

  it('that is saved, loaded and continued at any point ends as one that was not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(plan, { minLength: 1, maxLength: 4 }), fc.nat(8), async (plans, cut) => {
        const whole = await start({ services: [growing] });
        for (const each of plans) grow(whole, each);
        await whole.run();

        const first = await start({ services: [growing] });
        for (const each of plans) grow(first, each);
        await first.run(() => notes(first.world).length >= cut);
        await first.save(folder);
        const loaded = await loadWorld(folder);
        if (loaded.kind !== 'world') throw new Error(loaded.kind);
        const second = await start({ services: [growing], world: loaded.world, seed: 999 });
        await second.run();
        notes(second.world);
        expect(second.world).toEqual(whole.world);
      }),
      { seed: 15, numRuns: 20 },
    );
  });

  it('fails with the name of a job that no service knows', async () => {
    const sandbox = await start();
    sandbox.schedule({ at: sandbox.now(), service: 'lambda', name: 'vanish', payload: null });
    await expect(sandbox.run()).rejects.toThrow(/^Job lambda\/vanish .* no service has a job of this name/);
  });

  it('records a job that throws, with its stack', async () => {
    const fail = () => {
      throw new AwsError('ValidationError', 'broken');
    };
    const sandbox = await start({ services: [fakeService('states', {}, { fail })] });
    sandbox.schedule({ at: sandbox.now(), service: 'states', name: 'fail', payload: null });
    await expect(sandbox.run()).rejects.toThrow('Job states/fail');
    expect(sandbox.journal()).toMatchObject([
      { kind: 'log', source: 'job states/fail', line: expect.stringContaining('start.test.ts') },
    ]);
  });

  it('cancels what a job no longer wants', async () => {
    const sandbox = await start({ services: [growing] });
    sandbox.cancel(grow(sandbox, { delay: 1, next: [] }));
    await sandbox.run();
    expect(notes(sandbox.world)).toEqual([]);
  });
});

describe('saving', () => {
  it('is refused while a job is under way', async () => {
    let refused: unknown;
    const save = async (sandbox: RunningSandbox) => {
      refused = await sandbox.save(folder).catch((error: Error) => error.message);
    };
    const sandbox = await start({ services: [fakeService('states', {}, { save: save as never })] });
    sandbox.schedule({ at: sandbox.now(), service: 'states', name: 'save', payload: null });
    await sandbox.run();
    expect(refused).toMatch('while a job is under way');
  });

  it('is refused while a request is being answered', async () => {
    let finish = (_: unknown) => {};
    const pending = new Promise((resolve) => {
      finish = resolve;
    });
    const sandbox = await start({ services: [sts(() => pending)] });
    const answer = sandbox.perform(request);
    await expect(sandbox.save(folder)).rejects.toThrow('while a request is being answered');
    finish({});
    await answer;
    await expect(sandbox.save(folder)).resolves.toBeUndefined();
  });

  it('leaves the world file alone in its folder, which it creates', async () => {
    const deep = join(folder, 'a', 'b');
    await saveWorld(deep, emptyWorld(3));
    await saveWorld(deep, emptyWorld(4));
    expect(await readdir(deep)).toEqual(['world.json']);
    expect(JSON.parse(await readFile(join(deep, 'world.json'), 'utf8'))).toEqual(emptyWorld(4));
  });

  it('keeps the old world when the new one cannot be put in its place', async () => {
    const blocked = join(folder, 'blocked');
    await mkdir(join(blocked, 'world.json', 'in the way'), { recursive: true });
    await expect(saveWorld(blocked, emptyWorld(3))).rejects.toThrow();
    expect(await readdir(blocked)).toEqual(['world.json']);
  });
});

describe('loading', () => {
  const write = async (name: string, text: string) => {
    const target = join(folder, name);
    await mkdir(target, { recursive: true });
    await writeFile(join(target, 'world.json'), text);
    return target;
  };

  it('gives back what was saved', async () => {
    const target = join(folder, 'saved');
    await saveWorld(target, emptyWorld(3));
    expect(await loadWorld(target)).toEqual({ kind: 'world', world: emptyWorld(3) });
  });

  it('gives a world from before there were keys a part for them', async () => {
    const { kms: _, ...before } = emptyWorld(3);
    expect(await loadWorld(await write('before', JSON.stringify(before)))).toEqual({
      kind: 'world',
      world: emptyWorld(3),
    });
  });

  it('says that there is none', async () => {
    expect(await loadWorld(join(folder, 'nowhere'))).toEqual({ kind: 'absent' });
  });

  it.each([
    ['half a file', '{"schemaVersion":1,', 'is not JSON'],
    [
      'another schema version',
      JSON.stringify({ ...emptyWorld(1), schemaVersion: 2 }),
      'its schema version is 2, this sandbox reads version 1',
    ],
    ['no version', '{}', 'its schema version is undefined'],
    ['something else', '[]', 'its schema version is undefined'],
    ['null', 'null', 'does not hold a world'],
    ['a world without jobs', '{"schemaVersion":1,"now":1}', 'does not hold a world'],
  ])('says why it cannot read %s', async (name, text, reason) => {
    expect(await loadWorld(await write(name, text))).toEqual({
      kind: 'unreadable',
      reason: expect.stringContaining(reason),
    });
  });

  it('says why it cannot read a folder in the place of the file', async () => {
    await mkdir(join(folder, 'odd', 'world.json'), { recursive: true });
    expect(await loadWorld(join(folder, 'odd'))).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining('EISDIR'),
    });
  });
});

describe('live time', () => {
  it('stays when the machine clock is set back, and continues from a jump', async () => {
    let machine = 1_000_000;
    const sandbox = await start({ mode: 'live', machineNow: () => machine });
    machine += 500;
    expect(sandbox.now()).toBe(BEGINNING + 500);
    machine -= 300;
    expect(sandbox.now()).toBe(BEGINNING + 500);
    machine += 300;
    await sandbox.advance(1_000);
    expect(sandbox.now()).toBe(BEGINNING + 1_500);
    machine += 10;
    expect(sandbox.now()).toBe(BEGINNING + 1_510);
    await sandbox.save(join(folder, 'live'));
    expect(await loadWorld(join(folder, 'live'))).toMatchObject({ world: { now: BEGINNING + 1_510 } });
  });
});
