/**
 * Policy: what the platform team decides about everybody's promotions. It is applied by an administrator, versioned, and read live: no
 * release can carry its own.
 */
import * as z from 'zod';
import { MatchLabels } from '../config/labels.ts';
import { Name } from '../identifiers.ts';
import { Window } from '../window/window.ts';
import { Duration } from './duration.ts';
import { Effect } from './effect.ts';

/** Which rollouts a policy is about: all of them where nothing is said; every part that is said must hold. */
export const Selector = z.strictObject({
  pipelines: z.array(Name).min(1).exactOptional(),
  environments: z.array(Name).min(1).exactOptional(),
  /** Labels of a target. For what concerns a rollout as a whole, one of its targets is enough. */
  matchLabels: MatchLabels.exactOptional(),
});
export type Selector = z.infer<typeof Selector>;

const member =
  'arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@-]+|github:\\d{1,20}:[\\w.-]{1,100}|jwt:[\\w.~:/%-]{1,200}#[\\w+=,.@|:/-]{1,200}|[\\w+=,.@-]{1,128}';

/**
 * An actor as the API knows them: a user name of IAM Identity Center, who a token names, or the ARN of a role without its path, which no
 * session tells (IAM User Guide, "IAM identifiers"): with a path it would never be anybody.
 */
const Member = z.string().regex(new RegExp(`^(${member})$`), {
  error:
    'expected a user name, github:<repository id>:<environment>, jwt:<issuer without https://>#<subject>, or the ARN of a role without its path: role/ci for role/teams/ci, as its sessions do not tell the path',
});

/** What a caller may do over the API: look, ask for promotions, decide on plans, look into targets, change policies and targets. */
export const Permission = z.enum(['viewer', 'requester', 'approver', 'operator', 'admin']);
export type Permission = z.infer<typeof Permission>;

const Holders = z
  .array(z.union([z.literal('*'), Member], { error: 'expected an actor, or * for every IAM identity' }))
  .min(1, 'expected at least one holder');

/** `AWS::RDS::*`, `AWS::S3::Bucket`, `Custom::*`. */
const TypePattern = z.string().regex(/^[A-Za-z0-9]+(::[A-Za-z0-9@_-]+)*(::\*)?$|^\*$/, {
  error: 'expected a resource type such as AWS::S3::Bucket, or one that ends in ::*',
});

/** Deny beats an approval, and an approval beats allow. `requireApproval` asks for one approval of each named group. */
const GateAction = z.union(
  [z.literal('allow'), z.literal('deny'), z.strictObject({ requireApproval: z.array(Name).min(1) })],
  { error: 'expected allow, deny, or { requireApproval: [group] }' },
);

/**
 * A change gate: what is done about the changes it describes. Every part of `when` must hold; a part that is left out always does. It stands
 * in place of the safe defaults for the changes it describes wholly: each of their effects and, where attributes are named, each member.
 */
export const ChangeGate = z.strictObject({
  name: Name,
  when: z.strictObject({
    types: z.array(TypePattern).min(1).exactOptional(),
    /** Types that hold data: databases, buckets, queues, volumes, keys. */
    stateful: z.boolean().exactOptional(),
    /** `replace` covers `may-replace` too. */
    effects: z.array(Effect).min(1).exactOptional(),
    /** CloudFormation's PolicyAction, for example ReplaceAndDelete (API reference, ResourceChange). */
    policyActions: z
      .array(z.enum(['Delete', 'Retain', 'Snapshot', 'ReplaceAndDelete', 'ReplaceAndRetain', 'ReplaceAndSnapshot']))
      .min(1)
      .exactOptional(),
    /** Paths of changed members, for example Properties/Tags; a path stands for everything below it. */
    attributes: z
      .array(z.string().regex(/^\w+(\/[\w:.-]+)*$/, 'expected a path such as Properties/Tags'))
      .min(1)
      .exactOptional(),
  }),
  action: GateAction,
});
export type ChangeGate = z.infer<typeof ChangeGate>;

/** Findings of the template gate that a policy may tolerate. They are still shown. Static credentials are not among them: there are none. */
export const WaivableCode = z.enum([
  'GATE_TRANSFORM',
  'GATE_TRUST',
  'GATE_URL',
  'GATE_BOUNDARY',
  'GATE_POLICY',
  'GATE_POSSIBLE_SECRET',
]);
export type WaivableCode = z.infer<typeof WaivableCode>;

const Fields = z.strictObject({
  apiVersion: z.literal('drawbridge/v1'),
  kind: z.literal('Policy'),
  metadata: z.strictObject({ name: Name }),
  selector: Selector.exactOptional(),
  /** Who may approve, by group. A group belongs to the policy that defines it; others may name it. */
  groups: z.record(Name, z.array(Member).min(1, 'expected at least one member: nobody could approve')).exactOptional(),
  /** `false`: the targets with the selector's labels are not production, and the safe defaults do not hold there. */
  production: z.boolean().exactOptional(),
  /** Every plan that changes something needs an approval. */
  approval: z
    .strictObject({
      /** One approval of each; of anybody but the requester where no group is named. */
      groups: z.array(Name).min(1).exactOptional(),
      /** How long a plan waits for its approval. */
      expires: Duration.exactOptional(),
    })
    .exactOptional(),
  /** What holds for rollbacks: of the approvals of every plan, they ask for none unless it is required here. Change gates hold as ever. */
  rollback: z.strictObject({ approval: z.enum(['required']).exactOptional() }).exactOptional(),
  /** Who may do what over the API. Once any policy says it, nobody may what none gives them. */
  permissions: z
    .strictObject({
      viewer: Holders.exactOptional(),
      requester: Holders.exactOptional(),
      approver: Holders.exactOptional(),
      operator: Holders.exactOptional(),
      admin: Holders.exactOptional(),
    })
    .exactOptional(),
  changeGates: z.array(ChangeGate).min(1).exactOptional(),
  /** When rollouts may start, or must not. */
  windows: z.array(Window).min(1).max(20).exactOptional(),
  /** What becomes of a rollout that comes outside of windows or during a freeze; it waits where nothing is said. */
  outsideWindows: z.enum(['wait', 'refuse']).exactOptional(),
  /** The groups whose members may promote a release that is not eligible, or outside of windows and during freezes. */
  overrides: z
    .strictObject({
      eligibility: z.array(Name).min(1).exactOptional(),
      drift: z.array(Name).min(1).exactOptional(),
      windows: z.array(Name).min(1).exactOptional(),
    })
    .exactOptional(),
  templateGate: z
    .strictObject({
      waive: z.array(WaivableCode).min(1).exactOptional(),
      /** Transforms a template may declare, by their exact names. What they produce is gated again. */
      transforms: z
        .array(
          z.string().regex(/^AWS::(?!Include$)[A-Za-z0-9-]+$/, 'expected a transform of AWS, other than AWS::Include'),
        )
        .min(1)
        .exactOptional(),
    })
    .exactOptional(),
  /** What a rollout may do by itself about a stack that cannot be updated; see docs/reference/recovery.md. */
  recovery: z
    .strictObject({
      /** Delete and make anew a stack whose creation failed and that never completed. */
      recreateFailedCreations: z.boolean().exactOptional(),
      /** Finish a deletion that failed, by leaving behind what cannot be deleted. */
      forceDelete: z.boolean().exactOptional(),
    })
    .exactOptional(),
  /** What rollouts wait for at least after their last wave, whatever the pipeline says. */
  soak: z
    .strictObject({
      atLeast: Duration.exactOptional(),
      /** An alarm without data fails the soak. There is no way to say the contrary: a policy only makes it stricter. */
      insufficientData: z.literal('fail').exactOptional(),
    })
    .exactOptional(),
});

export const Policy = Fields.refine(({ production, selector }) => production !== false || selector?.matchLabels, {
  path: ['production'],
  error: 'expected selector.matchLabels beside false: names of pipelines and environments are chosen by who promotes',
});
export type Policy = z.infer<typeof Policy>;
