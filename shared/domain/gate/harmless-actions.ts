/** Actions of resource policies that give no say over the resource. */

/** Reading what is public, and calling what answers. Whoever may do this, may do no more. */
const readsAndInvokes = [
  /^s3:(get|list)object\w*\*?$/,
  /^s3:(listbucket|getbucketlocation|getbucketacl)\w*$/,
  /^lambda:(invoke\w*\*?|getlayerversion)$/,
  /^execute-api:(invoke|\*)$/,
  /^vpc-lattice-svcs:invoke$/,
  /^ecr(-public)?:(batchchecklayeravailability|batchget\w*|get\w*|describe\w*|list\w*)\*?$/,
  /^codeartifact:(get|list|describe|read)\w*\*?$/,
  /^es:eshttp(get|head)$/,
  // Only from a network that reaches a mount target (Amazon EFS User Guide, "Using IAM to control file system data access").
  /^elasticfilesystem:client(mount|write|rootaccess)$/,
];

/** Handing something in, and taking what was meant for one: logs, messages, events, copies. */
const deliveries = [
  /^s3:(putobject|putobjectacl|putobjecttagging|abortmultipartupload|replicate\w+|objectowneroverridetobucketowner)$/,
  /^sqs:(sendmessage|receivemessage|deletemessage|changemessagevisibility|getqueue\w+)$/,
  /^sns:(publish|subscribe|gettopicattributes|listsubscriptionsbytopic)$/,
  /^events:putevents$/,
  /^kinesis:(putrecords?|describestream\w*|get\w+|listshards)$/,
  /^logs:(putlogevents\w*|createlogstream|putsubscriptionfilter)$/,
  /^backup:copyintobackupvault$/,
];

/** Whether it is harmless in the hands of another account, or of everybody. Of AWS KMS and AWS Secrets Manager nothing is. */
export function harmlessAction(action: string, whose: 'account' | 'everybody'): boolean {
  const forms = whose === 'account' ? [...readsAndInvokes, ...deliveries] : readsAndInvokes;
  return forms.some((form) => form.test(action.toLowerCase()));
}
