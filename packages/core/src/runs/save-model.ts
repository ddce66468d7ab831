import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { tf } from '../tf.ts';

/** Writes a model as `model.json` and `weights.bin`, the format of `tf.LayersModel.save`, on any backend. */
export async function saveModel(model: tf.LayersModel, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData, format, generatedBy, convertedBy }) => {
      writeFileAtomic.sync(path.join(folder, 'weights.bin'), Buffer.from(tf.io.CompositeArrayBuffer.join(weightData)));
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      const json = { modelTopology, format, generatedBy, convertedBy, weightsManifest };
      writeFileAtomic.sync(path.join(folder, 'model.json'), JSON.stringify(json));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
}

/** Reads a model that `saveModel` or `tf.LayersModel.save` wrote; `file` is its `model.json`. */
export function loadModel(file: string): Promise<tf.LayersModel> {
  return tf.loadLayersModel({
    async load() {
      const { modelTopology, weightsManifest } = JSON.parse(readFileSync(file, 'utf8')) as tf.io.ModelJSON;
      const parts = weightsManifest.flatMap((group) => group.paths.map((name) => readFileSync(path.join(path.dirname(file), name))));
      const data = Buffer.concat(parts);
      return {
        modelTopology,
        weightSpecs: weightsManifest.flatMap((group) => group.weights),
        weightData: data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer,
      };
    },
  });
}
