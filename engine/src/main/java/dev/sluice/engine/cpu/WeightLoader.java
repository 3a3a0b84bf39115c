package dev.sluice.engine.cpu;

import dev.sluice.engine.backend.BackendException;
import dev.sluice.engine.cpu.simd.TileFormat;
import dev.sluice.engine.cpu.simd.TiledMatrix;
import dev.sluice.engine.model.DecoderSpec;
import dev.sluice.engine.model.LoadedModel;
import dev.sluice.engine.model.Tensor;
import dev.sluice.engine.model.WeightName;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a model's weights in file order and lays them out as tiles, all workers at once: each reads
 * a few tiles' rows with a positional read and writes their tiles.
 */
final class WeightLoader {
  /** Bytes of the file that a worker reads at a time. */
  private static final int READ_BYTES = 1 << 19;

  private record Placement(Tensor tensor, TiledMatrix matrix) {}

  private record Piece(Placement placement, int rowBegin, int rowEnd) {}

  private final LoadedModel model;
  private final MemorySegment memory;
  private final Map<Tensor, Placement> placements = new HashMap<>();

  private WeightLoader(LoadedModel model, Arena arena) {
    this.model = model;
    List<Tensor> matrices = matrices(model);
    long bytes = matrices.stream().mapToLong(WeightLoader::tiledBytes).sum();
    memory = NativeMemory.allocate(arena, bytes);
    long offset = 0;
    for (Tensor tensor : matrices) {
      long size = tiledBytes(tensor);
      placements.put(tensor, place(tensor, memory.asSlice(offset, size)));
      offset += size;
    }
  }

  /**
   * Loads all weights into {@code arena}.
   *
   * @throws BackendException if the file can't be read
   */
  static DecoderWeights load(LoadedModel model, Arena arena, WorkerTeam team) {
    WeightLoader loader = new WeightLoader(model, arena);
    loader.fill(team);
    return loader.weights();
  }

  private static List<Tensor> matrices(LoadedModel model) {
    List<Tensor> all = new ArrayList<>();
    all.add(model.tensor(WeightName.TOKEN_EMBEDDING, -1));
    if (!model.spec().tiedOutput()) {
      all.add(model.tensor(WeightName.OUTPUT, -1));
    }
    for (int layer = 0; layer < model.spec().layerCount(); layer++) {
      for (WeightName name : MATRIX_NAMES) {
        all.add(model.tensor(name, layer));
      }
    }
    all.sort(Comparator.comparingLong(Tensor::offset));
    return all;
  }

  private static final List<WeightName> MATRIX_NAMES =
      List.of(
          WeightName.QUERY,
          WeightName.KEY,
          WeightName.VALUE,
          WeightName.ATTENTION_OUTPUT,
          WeightName.GATE,
          WeightName.UP,
          WeightName.DOWN);

  private static long tiledBytes(Tensor tensor) {
    return TiledMatrix.byteSize(
        TileWriter.format(tensor.type(), tensor.columns()),
        TileWriter.blockValues(tensor.type()),
        tensor.rows(),
        tensor.columns());
  }

  private static Placement place(Tensor tensor, MemorySegment data) {
    TileFormat format = TileWriter.format(tensor.type(), tensor.columns());
    int block = TileWriter.blockValues(tensor.type());
    return new Placement(
        tensor, new TiledMatrix(format, block, tensor.rows(), tensor.columns(), data));
  }

  private void fill(WorkerTeam team) {
    List<Piece> pieces = pieces();
    TileWriter[] writers = new TileWriter[team.threads()];
    // Heap arrays: their accesses are quick even before anything is compiled.
    byte[][] buffers = new byte[team.threads()][];
    int bufferBytes = pieces.stream().mapToInt(WeightLoader::fileBytes).max().orElse(0);
    for (int i = 0; i < writers.length; i++) {
      writers[i] = new TileWriter();
      buffers[i] = new byte[bufferBytes];
    }
    team.run(
        (worker, begin, end) -> {
          for (int i = begin; i < end; i++) {
            fill(pieces.get(i), writers[worker], buffers[worker]);
          }
        },
        pieces.size(),
        1);
  }

  private List<Piece> pieces() {
    List<Piece> pieces = new ArrayList<>();
    placements.values().stream()
        .sorted(Comparator.comparingLong(placement -> placement.tensor().offset()))
        .forEach(placement -> cut(placement, pieces));
    return pieces;
  }

  private static void cut(Placement placement, List<Piece> pieces) {
    int rows = placement.tensor().rows();
    long tileRows = READ_BYTES / placement.tensor().rowBytes() / TiledMatrix.TILE_ROWS;
    int step = (int) Math.max(1, tileRows) * TiledMatrix.TILE_ROWS;
    for (int row = 0; row < rows; row += step) {
      pieces.add(new Piece(placement, row, Math.min(row + step, rows)));
    }
  }

  private static int fileBytes(Piece piece) {
    int rows = piece.rowEnd() - piece.rowBegin();
    return Math.toIntExact(rows * piece.placement().tensor().rowBytes());
  }

  private void fill(Piece piece, TileWriter writer, byte[] buffer) {
    Tensor tensor = piece.placement().tensor();
    int rowBytes = Math.toIntExact(tensor.rowBytes());
    MemorySegment bytes = MemorySegment.ofArray(buffer).asSlice(0, fileBytes(piece));
    read(tensor, (long) piece.rowBegin() * rowBytes, bytes);
    for (int row = piece.rowBegin(); row < piece.rowEnd(); row++) {
      int at = (row - piece.rowBegin()) * rowBytes;
      writer.writeRow(tensor.type(), buffer, at, piece.placement().matrix(), row);
    }
  }

  private void read(Tensor tensor, long offset, MemorySegment destination) {
    try {
      model.file().read(tensor.offset() + offset, destination);
    } catch (IOException e) {
      throw new BackendException("can't read weight " + tensor.name() + " of the model file", e);
    }
  }

  private DecoderWeights weights() {
    DecoderSpec spec = model.spec();
    DecoderWeights.Layer[] layers = new DecoderWeights.Layer[spec.layerCount()];
    for (int i = 0; i < layers.length; i++) {
      layers[i] = layer(i);
    }
    TiledMatrix embedding = matrix(WeightName.TOKEN_EMBEDDING, -1);
    TiledMatrix head = spec.tiedOutput() ? embedding : matrix(WeightName.OUTPUT, -1);
    return new DecoderWeights(
        embedding, layers, vector(WeightName.OUTPUT_NORM, -1), head, memory.byteSize());
  }

  private DecoderWeights.Layer layer(int i) {
    return new DecoderWeights.Layer(
        vector(WeightName.ATTENTION_NORM, i),
        matrix(WeightName.QUERY, i),
        findVector(WeightName.QUERY_BIAS, i),
        matrix(WeightName.KEY, i),
        findVector(WeightName.KEY_BIAS, i),
        matrix(WeightName.VALUE, i),
        findVector(WeightName.VALUE_BIAS, i),
        findVector(WeightName.QUERY_NORM, i),
        findVector(WeightName.KEY_NORM, i),
        matrix(WeightName.ATTENTION_OUTPUT, i),
        findVector(WeightName.POST_ATTENTION_NORM, i),
        vector(WeightName.FEED_FORWARD_NORM, i),
        matrix(WeightName.GATE, i),
        matrix(WeightName.UP, i),
        matrix(WeightName.DOWN, i),
        findVector(WeightName.POST_FEED_FORWARD_NORM, i));
  }

  private TiledMatrix matrix(WeightName name, int layer) {
    Placement placement = placements.get(model.tensor(name, layer));
    if (placement == null) {
      throw new IllegalStateException("weight " + name + " was not placed");
    }
    return placement.matrix();
  }

  private float[] vector(WeightName name, int layer) {
    return readVector(model.tensor(name, layer));
  }

  private float @Nullable [] findVector(WeightName name, int layer) {
    Tensor tensor = model.findTensor(name, layer);
    return tensor == null ? null : readVector(tensor);
  }

  private float[] readVector(Tensor tensor) {
    float[] values = new float[Math.multiplyExact(tensor.rows(), tensor.columns())];
    byte[] bytes = new byte[Math.toIntExact(tensor.byteSize())];
    read(tensor, 0, MemorySegment.ofArray(bytes));
    for (int i = 0; i < values.length; i++) {
      values[i] = TileWriter.floatAt(tensor.type(), bytes, 0, i);
    }
    return values;
  }
}
