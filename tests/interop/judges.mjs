// Other people's verifiers and issuers, offline. Reads one JSON object from stdin and writes one JSON line to stdout:
//   {contexts: {url: context}, documents: {did or url: document}, requests: [{judge, credential, seed?, controller?}]}
//   -> [{verified: bool, reason: string} | {credential}]
// Run it by `node --input-type=module --eval`, in the folder that holds node_modules, from where it imports.

import {readFileSync} from 'node:fs';

const print = console.log;
console.log = console.error; // the libraries print their reasons on stdout

const {contexts, documents, requests} = JSON.parse(readFileSync(0, 'utf8'));

// Nothing leaves this machine: what the libraries fetch is in `documents`, or it is not there.
globalThis.fetch = async target => {
  const url = typeof target === 'string' ? target : target.url;
  if(documents[url] === undefined) {
    throw new TypeError(`offline: ${url}`);
  }
  return new Response(JSON.stringify(documents[url]), {headers: {'content-type': 'application/json'}});
};

const Ed25519Multikey = await import('@digitalbazaar/ed25519-multikey');
const {DataIntegrityProof} = await import('@digitalbazaar/data-integrity');
const {cryptosuite} = await import('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
const vc = await import('@digitalbazaar/vc');
const core = await import('@digitalcredentials/verifier-core');
const dccVc = await import('@digitalcredentials/vc');
const {Ed25519Signature2020} = await import('@digitalcredentials/ed25519-signature-2020');
const {Ed25519VerificationKey2020} = await import('@digitalcredentials/ed25519-verification-key-2020');

function didKeyDocument(did) {
  const publicKeyMultibase = did.slice('did:key:'.length);
  const method = {id: `${did}#${publicKeyMultibase}`, type: 'Multikey', controller: did, publicKeyMultibase};
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    verificationMethod: [method],
    assertionMethod: [method.id]
  };
}

function load(url) {
  if(contexts[url] !== undefined) {
    return contexts[url];
  }
  const [did, fragment] = url.split('#');
  const document = documents[did] ?? (did.startsWith('did:key:') ? didKeyDocument(did) : undefined);
  if(document === undefined || fragment === undefined) {
    return document;
  }
  const method = document.verificationMethod.find(({id}) => id === url);
  return method && {'@context': 'https://w3id.org/security/multikey/v1', ...method};
}

async function documentLoader(url) {
  const document = load(url);
  if(document === undefined) {
    throw new Error(`offline: ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document: structuredClone(document)};
}

const status = async () => ({verified: true});

const judges = {
  async 'digitalbazaar-verify'({credential, now}) {
    const suite = new DataIntegrityProof({cryptosuite});
    const result = await vc.verifyCredential({credential, suite, documentLoader, checkStatus: status, now: new Date(now)});
    return {verified: result.verified, reason: String(result.error?.errors?.[0] ?? result.error ?? '')};
  },
  async 'verifier-core'({credential}) {
    const result = await core.verifyCredential({credential, knownDIDRegistries: []});
    const signature = result.log?.find(({id}) => id === 'valid_signature');
    return {
      verified: signature?.valid === true && !result.errors,
      reason: result.errors?.map(({name, message}) => `${name}: ${message}`).join('; ') ?? ''
    };
  },
  // What verifier-core says of each of its questions, the status list among them.
  async 'verifier-core-log'({credential}) {
    const result = await core.verifyCredential({credential, knownDIDRegistries: []});
    const log = Object.fromEntries((result.log ?? []).map(({id, valid}) => [id, valid]));
    return {verified: !result.errors, reason: result.errors?.map(({name}) => name).join('; ') ?? '', log};
  },
  async 'digitalbazaar-issue'({credential, seed, controller}) {
    const pair = await Ed25519Multikey.generate({seed: Buffer.from(seed, 'hex'), controller});
    pair.id = `${controller}#${pair.publicKeyMultibase}`;
    const suite = new DataIntegrityProof({signer: pair.signer(), cryptosuite, date: new Date('2026-01-01T00:00:00Z')});
    return {credential: await vc.issue({credential, suite, documentLoader})};
  },
  async 'digitalbazaar-present'({credential, seed, controller, challenge, domain}) {
    const pair = await Ed25519Multikey.generate({seed: Buffer.from(seed, 'hex'), controller});
    pair.id = `${controller}#${pair.publicKeyMultibase}`;
    const suite = new DataIntegrityProof({signer: pair.signer(), cryptosuite, date: new Date('2026-01-01T00:00:00Z')});
    const presentation = vc.createPresentation({verifiableCredential: credential, holder: controller});
    return {credential: await vc.signPresentation({presentation, suite, challenge, domain, documentLoader})};
  },
  async 'ed25519-2020-issue'({credential, seed, controller}) {
    const key = await Ed25519VerificationKey2020.generate({seed: Buffer.from(seed, 'hex'), controller});
    key.id = `${controller}#${key.publicKeyMultibase}`;
    const suite = new Ed25519Signature2020({key, date: new Date('2026-01-01T00:00:00Z')});
    return {credential: await dccVc.issue({credential, suite, documentLoader})};
  }
};

// Microseconds of each operation, the fastest of some rounds.
async function fastest(repeats, call) {
  let best = Infinity;
  for(let round = 0; round < 10; round++) {
    const started = process.hrtime.bigint();
    for(let i = 0; i < repeats / 10; i++) {
      await call();
    }
    best = Math.min(best, Number(process.hrtime.bigint() - started) / 1e3 / (repeats / 10));
  }
  return best;
}

judges['digitalbazaar-times'] = async ({credential, seed, controller, repeats, now}) => {
  const pair = await Ed25519Multikey.generate({seed: Buffer.from(seed, 'hex'), controller});
  pair.id = `${controller}#${pair.publicKeyMultibase}`;
  const signing = new DataIntegrityProof({signer: pair.signer(), cryptosuite});
  const suite = new DataIntegrityProof({cryptosuite});
  const signed = await vc.issue({credential: structuredClone(credential), suite: signing, documentLoader});
  const verify = () => vc.verifyCredential({credential: signed, suite, documentLoader, checkStatus: status, now: new Date(now)});
  if(!(await verify()).verified) {
    throw new Error('the benchmark has a bad signature');
  }
  return {times: {
    canonicalise: await fastest(repeats, () => cryptosuite.canonize(credential, {documentLoader})),
    sign: await fastest(repeats, () => vc.issue({credential: structuredClone(credential), suite: signing, documentLoader})),
    verify: await fastest(repeats, verify)
  }};
};

const answers = [];
for(const request of requests) {
  try {
    answers.push(await judges[request.judge](request));
  } catch(error) {
    answers.push({verified: false, reason: String(error?.stack ?? error)});
  }
}
print(JSON.stringify(answers));
