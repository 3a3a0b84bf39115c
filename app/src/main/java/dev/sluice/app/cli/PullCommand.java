package dev.sluice.app.cli;

import dev.sluice.app.runtime.CatalogueModel;
import dev.sluice.app.runtime.ModelStore;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Fetches a model, or lists those that can be fetched. */
@Command(
    name = "pull",
    mixinStandardHelpOptions = true,
    versionProvider = BuildVersion.class,
    description = "Fetch a model; without a name, list what there is.")
final class PullCommand implements Runnable {

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
  private CommandSpec spec;

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "A model of the list.")
  private @Nullable String name;

  @Override
  public void run() {
    ModelStore store = ModelStore.standard();
    if (name == null) {
      list(store, spec.commandLine().getOut());
    } else {
      pull(store, name);
    }
  }

  private static void list(ModelStore store, PrintWriter out) {
    for (CatalogueModel model : store.catalogue().models()) {
      out.printf(
          Locale.ROOT,
          "%-16s %6d MB  %-12s %s%n%-16s %s%n",
          model.name(),
          model.sizeBytes() / 1_000_000,
          model.licence(),
          model.description(),
          "",
          store.has(model) ? store.file(model) : "not fetched; run: sluice pull " + model.name());
    }
    out.flush();
  }

  private void pull(ModelStore store, String wanted) {
    CatalogueModel model =
        store
            .catalogue()
            .find(wanted)
            .orElseThrow(() ->
                new ParameterException(
                    spec.commandLine(),
                    "no model is called '" + wanted + "'; `sluice pull` lists them"));
    spec.commandLine().getOut().println(Models.resolve(store, model.name()));
    spec.commandLine().getOut().flush();
  }
}
