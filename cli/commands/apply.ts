/** `drawbridge apply`: makes policies, targets, webhooks and schedules hold as the files say. */
import { pastWindows } from '#shared/domain/policy/past-windows.ts';
import { agreed } from '../agreed.ts';
import { type ApplyPlan, type ChangeWord, type PolicyChange, planApply, type TargetChange } from '../apply-plan.ts';
import { applyText, itemText, pastWindowText } from '../apply-report.ts';
import { planSchedules, type ScheduleChange } from '../apply-schedules.ts';
import { planWebhooks, type WebhookChange } from '../apply-webhooks.ts';
import { listTargets } from '../client/diagnoses.ts';
import { deletePolicy, listPolicies, putPolicy, putTarget } from '../client/policies.ts';
import { listSchedules, putSchedule } from '../client/schedules.ts';
import { deleteWebhook, listWebhooks, putWebhook } from '../client/webhooks.ts';
import type { CliCommand, Invocation, Outcome } from '../command.ts';
import { type Connection, connect, withConnection } from '../connection.ts';
import { loadConfigs } from '../load-config.ts';

type Plan = Extract<ApplyPlan, { kind: 'plan' }> & {
  readonly webhooks: readonly WebhookChange[];
  readonly schedules: readonly ScheduleChange[];
};

export const apply: CliCommand = {
  name: 'apply',
  declare: (command) =>
    withConnection(command)
      .summary('make policies, targets, webhooks and schedules hold')
      .description(
        'Reads policies, targets, webhooks and schedules, shows what would change, and applies it once you say yes. Policies and targets hold for every rollout from then on. ' +
          'What the files do not name is left alone. Applying the same again changes nothing.',
      )
      .argument('[paths...]', 'files, or folders of drawbridge.yml', ['drawbridge.yml'])
      .option('--remove <policies...>', 'policies that shall no longer hold')
      .option('--remove-webhooks <webhooks...>', 'webhooks that shall no longer be there')
      .option('--yes', 'apply without asking')
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge apply policies --sandbox --as carol\n' +
          '  drawbridge apply policies targets.yml --api https://… --yes\n' +
          '  drawbridge apply policies --remove old-guard --sandbox --as carol',
      ),
  run: async (invocation) => {
    const { args, options } = invocation;
    const config = await loadConfigs(args[0] as unknown as string[]);
    if (config.kind === 'invalid') return { kind: 'problems', problems: config.problems };
    const connection = await connect(options);
    try {
      const { api } = connection;
      const named = (option: string) => (options[option] as string[] | undefined) ?? [];
      const [policies, targets] = await Promise.all([listPolicies(api), listTargets(api)]);
      const [webhooks, held] = await Promise.all([listWebhooks(api), listSchedules(api)]);
      const plan = planApply(config.config, { policies, targets }, named('remove'));
      const hooks = planWebhooks(config.config, webhooks, named('removeWebhooks'));
      if (plan.kind === 'invalid' || hooks.kind === 'invalid')
        return {
          kind: 'problems',
          problems: [plan, hooks].flatMap((one) => (one.kind === 'invalid' ? one.problems : [])),
        };
      const schedules = planSchedules(config.config, held);
      for (const { document } of config.config.policies)
        for (const { window } of pastWindows(document, connection.now().toISOString()))
          invocation.terminal.progress(pastWindowText(document.metadata.name, window));
      return await applyPlan(connection, { ...plan, webhooks: hooks.webhooks, schedules }, invocation);
    } finally {
      await connection.close();
    }
  },
};

async function applyPlan(connection: Connection, plan: Plan, invocation: Invocation): Promise<Outcome> {
  const { terminal } = invocation;
  const count = changesIn(plan);
  if (count > 0) {
    terminal.progress(applyText(plan));
    if (!(await agreed(questionAbout(count), invocation))) return report(connection, plan, { applied: false });
  }
  const policies = [];
  for (const change of plan.policies) policies.push(await applyPolicy(connection, change, invocation));
  for (const change of plan.targets) await applyTarget(connection, change, invocation);
  const webhooks = [];
  for (const change of plan.webhooks) webhooks.push(await applyWebhook(connection, change, invocation));
  const schedules = [];
  for (const change of plan.schedules) schedules.push(await applySchedule(connection, change, invocation));
  return report(connection, { ...plan, policies, webhooks, schedules }, { applied: true });
}

function questionAbout(count: number) {
  const changes = count === 1 ? 'this change' : `these ${count} changes`;
  const subject = `There ${count === 1 ? 'is 1 change' : `are ${count} changes`}`;
  return { question: `Apply ${changes}?`, subject };
}

/** Answers the change with the version that holds after it. */
async function applyPolicy({ api }: Connection, change: PolicyChange, { terminal }: Invocation): Promise<PolicyChange> {
  if (!makesChange(change)) return change;
  const { name, policy, seen } = change;
  const { version } = policy === undefined ? await deletePolicy(api, name, seen) : await putPolicy(api, policy, seen);
  terminal.progress(`applied ${itemText('policy', { ...change, seen: version })}`);
  return { ...change, seen: version };
}

async function applyTarget({ api }: Connection, change: TargetChange, { terminal }: Invocation): Promise<void> {
  if (!makesChange(change) || change.target === undefined) return;
  await putTarget(api, change.target);
  terminal.progress(`applied ${itemText('target', change)}`);
}

/** Answers the change with the version that holds after it. */
async function applyWebhook(
  { api }: Connection,
  change: WebhookChange,
  { terminal }: Invocation,
): Promise<WebhookChange> {
  if (!makesChange(change)) return change;
  const { name, webhook, seen } = change;
  const { version } = await (webhook === undefined ? deleteWebhook(api, name, seen) : putWebhook(api, webhook, seen));
  terminal.progress(`applied ${itemText('webhook', { ...change, seen: version })}`);
  return { ...change, seen: version };
}

/** Answers the change with the version that holds after it. What holds is sent again too: EventBridge Scheduler may not know it yet. */
async function applySchedule(
  { api }: Connection,
  change: ScheduleChange,
  { terminal }: Invocation,
): Promise<ScheduleChange> {
  if (change.schedule === undefined) return change;
  const { version } = await putSchedule(api, change.schedule, change.seen);
  if (makesChange(change)) terminal.progress(`applied ${itemText('schedule', { ...change, seen: version })}`);
  return { ...change, seen: version };
}

function changesIn({ policies, targets, webhooks, schedules }: Plan): number {
  return [...policies, ...targets, ...webhooks, ...schedules].filter(makesChange).length;
}

function makesChange({ change }: { readonly change: ChangeWord }): boolean {
  return change !== 'unchanged' && change !== 'left alone';
}

function report({ simulated }: Connection, plan: Plan, { applied }: { applied: boolean }): Outcome {
  const count = changesIn(plan);
  const versioned = ({ name, change, seen: version, differences }: PolicyChange | WebhookChange | ScheduleChange) => {
    return { name, change, version, differences };
  };
  const json = {
    simulated,
    applied: applied && count > 0,
    policies: plan.policies.map(versioned),
    webhooks: plan.webhooks.map(versioned),
    targets: plan.targets.map(({ name, change, differences }) => ({ name, change, differences })),
    schedules: plan.schedules.map(versioned),
  };
  if (!applied) return { kind: 'done', exit: 1, text: 'nothing was applied', json };
  const text =
    count === 0 ? `${applyText(plan)}\nnothing to apply` : `applied: ${count} ${count === 1 ? 'change' : 'changes'}`;
  return { kind: 'done', exit: 0, text: text.trim(), json };
}
