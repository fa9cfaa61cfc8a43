/** What is wrong with a target, and who can assume its roles. */
import type { Hono } from 'hono';
import { askFunction } from '#shared/aws/invoke-function.ts';
import { DiagnosisWish, type DoctorAnswer, type DoctorRequest } from '#shared/domain/doctor/facts.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { Name } from '#shared/domain/identifiers.ts';
import { actorIn, arrivedAt, bodyIn, type HttpEnvironment } from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';

export function diagnoses(app: Hono<HttpEnvironment>, resources: Resources): void {
  /** A diagnosis is made anew each time and kept nowhere. */
  app.post('/v1/diagnoses', async (context) => {
    const { target } = await bodyIn(context, DiagnosisWish);
    const asked = { look: 'diagnosis', target, actor: actorIn(context), at: arrivedAt(context) } as const;
    return context.json((await askDoctor<'diagnosed'>(resources.doctorFunction, asked)).diagnosis);
  });

  /** Who can assume which role of the target, as it is now. */
  app.get('/v1/targets/:target/trust', async (context) => {
    const target = context.req.param('target');
    if (!Name.safeParse(target).success) throw failure('TARGET_UNKNOWN', { target });
    const asked = { look: 'trust', target, actor: actorIn(context), at: arrivedAt(context) } as const;
    return context.json((await askDoctor<'judged'>(resources.doctorFunction, asked)).trust);
  });
}

function askDoctor<Kind extends DoctorAnswer['kind']>(
  name: string,
  asked: DoctorRequest,
): Promise<Extract<DoctorAnswer, { kind: Kind }>> {
  return askFunction(name, asked);
}
