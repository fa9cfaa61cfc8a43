/** `drawbridge apply`: makes policies and targets hold as the files say. */
import { agreed } from '../agreed.ts';
import { type ApplyPlan, type ChangeWord, type PolicyChange, planApply, type TargetChange } from '../apply-plan.ts';
import { applyText, itemText } from '../apply-report.ts';
import { listTargets } from '../client/diagnoses.ts';
import { deletePolicy, listPolicies, putPolicy, putTarget } from '../client/policies.ts';
import type { CliCommand, Invocation, Outcome } from '../command.ts';
import { type Connection, connect, withConnection } from '../connection.ts';
import { loadConfigs } from '../load-config.ts';

type Plan = Extract<ApplyPlan, { kind: 'plan' }>;

export const apply: CliCommand = {
  name: 'apply',
  declare: (command) =>
    withConnection(command)
      .summary('make policies and targets hold')
      .description(
        'Reads policies and targets, shows what would change, and applies it once you say yes. They hold for every rollout from then on. ' +
          'What the files do not name is left alone. Applying the same again changes nothing.',
      )
      .argument('[paths...]', 'files, or folders of drawbridge.yml', ['drawbridge.yml'])
      .option('--remove <policies...>', 'policies that shall no longer hold')
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
      const [policies, targets] = await Promise.all([listPolicies(api), listTargets(api)]);
      const plan = planApply(config.config, { policies, targets }, (options['remove'] as string[] | undefined) ?? []);
      if (plan.kind === 'invalid') return { kind: 'problems', problems: plan.problems };
      return await applyPlan(connection, plan, invocation);
    } finally {
      await connection.close();
    }
  },
};

async function applyPlan(connection: Connection, plan: Plan, invocation: Invocation): Promise<Outcome> {
  const { terminal } = invocation;
  const count = [...plan.policies, ...plan.targets].filter(makesChange).length;
  if (count > 0) {
    terminal.progress(applyText(plan));
    if (!(await agreed(questionAbout(count), invocation))) return report(connection, plan, { applied: false });
  }
  const policies = [];
  for (const change of plan.policies) policies.push(await applyPolicy(connection, change, invocation));
  for (const change of plan.targets) await applyTarget(connection, change, invocation);
  return report(connection, { ...plan, policies }, { applied: true });
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

function makesChange({ change }: { readonly change: ChangeWord }): boolean {
  return change !== 'unchanged' && change !== 'left alone';
}

function report({ simulated }: Connection, plan: Plan, { applied }: { applied: boolean }): Outcome {
  const count = [...plan.policies, ...plan.targets].filter(makesChange).length;
  const json = {
    simulated,
    applied: applied && count > 0,
    policies: plan.policies.map(({ name, change, seen: version, differences }) => ({
      name,
      change,
      version,
      differences,
    })),
    targets: plan.targets.map(({ name, change, differences }) => ({ name, change, differences })),
  };
  if (!applied) return { kind: 'done', exit: 1, text: 'nothing was applied', json };
  const text =
    count === 0 ? `${applyText(plan)}\nnothing to apply` : `applied: ${count} ${count === 1 ? 'change' : 'changes'}`;
  return { kind: 'done', exit: 0, text: text.trim(), json };
}
