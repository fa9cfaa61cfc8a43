/** `arn:aws:cloudwatch:<region>:<account>:alarm:<name>` (Service Authorization Reference, Amazon CloudWatch). */
export function alarmArn(place: { readonly account: string; readonly region: string }, name: string): string {
  return `arn:aws:cloudwatch:${place.region}:${place.account}:alarm:${name}`;
}
