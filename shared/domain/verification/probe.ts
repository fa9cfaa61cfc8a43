/** What an environment verifies in each of its targets once their stacks are deployed, and what it watches afterwards. */
import * as z from 'zod';
import { Name } from '../identifiers.ts';
import { Duration, secondsOf } from '../policy/duration.ts';

/** Functions and state machines of a target that the audit role may start. */
const ProbeName = z
  .string()
  .regex(/^drawbridge-verify-[\w-]{1,46}$/, 'expected a name that begins with drawbridge-verify-');

const shared = {
  /** Again after it failed or could not be asked; never where nothing is said. */
  retries: z.int().min(0).max(5).exactOptional(),
};

const upTo = (longest: string) =>
  Duration.refine((text) => secondsOf(text) <= secondsOf(longest), `expected at most ${longest}`).exactOptional();

/** A function: its answer `{"kind": "passed"}` or `{"kind": "failed", "reason": "..."}` decides. A call waits for 4 minutes at most. */
const LambdaProbe = z.strictObject({ ...shared, lambda: ProbeName, timeout: upTo('4m') });

/** A GET of the URL that an output of a stack tells, followed by `path`. */
const HttpProbe = z.strictObject({
  ...shared,
  http: z.strictObject({
    output: z.strictObject({ stack: Name, name: z.string().regex(/^[A-Za-z0-9]{1,255}$/) }),
    path: z
      .string()
      .regex(/^\/[!-~]{0,512}$/, 'expected a path such as /health')
      .exactOptional(),
    /** Statuses that pass; 200 where nothing is said. */
    statuses: z.array(z.int().min(100).max(599)).min(1).exactOptional(),
    /** Text that the body has to contain. */
    contains: z.string().min(1).max(256).exactOptional(),
  }),
  timeout: upTo('1m'),
});

/** A state machine: an execution that succeeds passes, one that fails fails, every other end is an error. */
const StateMachineProbe = z.strictObject({ ...shared, stateMachine: ProbeName, timeout: upTo('1d') });

export const Probe = z.union([LambdaProbe, HttpProbe, StateMachineProbe], {
  error: 'expected one of lambda, http and stateMachine',
});
export type Probe = z.infer<typeof Probe>;

/** CloudWatch alarms of the target that have to be OK all the while. */
export const Soak = z.strictObject({
  for: Duration,
  alarms: z
    .array(z.string().regex(/^[^:/]{1,255}$/, 'expected the name of an alarm'))
    .min(1)
    .max(50),
  /** What an alarm without data means; `fail` where nothing is said. */
  insufficientData: z.enum(['pass', 'fail']).exactOptional(),
});
export type Soak = z.infer<typeof Soak>;
