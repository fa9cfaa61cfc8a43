/** Doctor: looks at one target with the eyes of the orchestrator role and says what is wrong. Changes nothing. */
import { examine } from '#shared/aws/doctor/examine.ts';
import { readTrust } from '#shared/aws/doctor/read-trust.ts';
import { listTargets, readTarget } from '#shared/aws/ledger/targets.ts';
import { diagnose } from '#shared/domain/doctor/diagnose.ts';
import { type DoctorAnswer, DoctorRequest, doctorSubject } from '#shared/domain/doctor/facts.ts';
import { onCall } from '#shared/lambda/event.ts';

export const handler = onCall(
  'doctor',
  async (event, { ledger }): Promise<Exclude<DoctorAnswer, { kind: 'refused' }>> => {
    const { look, target: name, actor, at } = DoctorRequest.parse(event);
    const target = await readTarget(ledger, name);
    const subject = doctorSubject(actor);
    if (look === 'trust') return { kind: 'judged', trust: await readTrust({ target, subject, at }) };
    const facts = await examine({ target, records: await listTargets(ledger), subject });
    const { account, region } = target;
    return { kind: 'diagnosed', diagnosis: { target: name, account, region, at, checks: diagnose(facts) } };
  },
);
