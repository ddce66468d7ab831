import { prepareNative } from './prepare.ts';

const { status, library, reason } = await prepareNative({ log: console.log });
if (status === 'prepared') console.log(`The native TensorFlow engine is ready (${library}).`);
if (status === 'unavailable') console.log(`No native TensorFlow engine: ${reason}. The slower WebAssembly engine will be used.`);
