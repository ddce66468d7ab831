import { inputShapeInvalid } from '../errors.ts';

/** The shape of a model's input as [height, width, channels]. Throws `E_INPUT_SHAPE` if it is something else, or too small. */
export function imageShape(model: string, inputShape: readonly number[], smallest: number): [number, number, number] {
  const [height = 0, width = 0, channels = 0] = inputShape;
  if (inputShape.length !== 3 || height < smallest || width < smallest || channels < 1)
    throw inputShapeInvalid(model, inputShape, smallest);
  return [height, width, channels];
}
