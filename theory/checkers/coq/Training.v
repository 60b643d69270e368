(** Training runs: the algorithms as recursions on weights, and Theorems 1 and 2 for all of them.

    A run updates every element by its device, along a direction that may look at the weights of any earlier
    time.  The theorems here hold for any devices of relative distortion rho and any direction that is stale in
    the sense of a sensitivity S; AnalogSGD.v names directions and devices. *)

From Coq Require Import Reals Lra Lia List FunctionalExtensionality.
From Analog Require Import Sums InnerProduct Expectation Windows Master Trajectory Descent Device.
Import ListNotations.
Local Open Scope R_scope.

(** Weights are functions: equal if all elements are. *)
Lemma weights_eq M size (u w : weights M size) : (forall m c, u m c = w m c) -> u = w.
Proof.
  intros E. apply functional_extensionality_dep. intros m. apply (@functional_extensionality nat R). apply E.
Qed.

(** * Runs *)

Section runs.
  Variables (M : nat) (size : nat -> nat).
  Let V : space := weights M size.

  (** A training run: every element is updated by its device, with the direction chosen after history h. *)
  Definition run_by (device : nat -> nat -> R -> R -> R) (alpha : R) (direction : history -> nat -> V)
    (W : history -> V) : Prop :=
    forall h i m c, W (i :: h) m c = device m c (W h m c) (- alpha * direction h i m c).

  (** One device for all elements. *)
  Definition run (device : R -> R -> R) : R -> (history -> nat -> V) -> (history -> V) -> Prop :=
    run_by (fun _ _ => device).

  (** A device of another gain is one of gain 1 that is given steps as many times as large. *)
  Definition at_gain_one (gain : R) (device : nat -> nat -> R -> R -> R) (m c : nat) (w D : R) : R :=
    device m c w (D / gain).

  Lemma run_at_gain_one gain device alpha direction W :
    gain <> 0 -> run_by device alpha direction W -> run_by (at_gain_one gain device) (alpha * gain) direction W.
  Proof.
    intros G Run h i m c. rewrite Run. unfold at_gain_one. f_equal. field. exact G.
  Qed.

  Lemma responds_at_gain_one gain gamma device alpha m c w g :
    0 < gain -> responds (device m c) gain gamma w (- alpha * g) ->
    let D := - (alpha * gain) * g in Rabs (at_gain_one gain device m c w D - (w + D)) <= gamma * Rabs D.
  Proof.
    intros G Resp D. unfold responds in Resp. unfold at_gain_one, D.
    replace (- (alpha * gain) * g / gain) with (- alpha * g) by (field; lra).
    replace (- (alpha * gain) * g) with (gain * (- alpha * g)) by ring.
    now rewrite (Rabs_mult gain), (Rabs_pos_eq gain) by lra.
  Qed.

  (** What the stages read if stage m is d_m updates late; before the start, the initial weights. *)
  Definition late (d : nat -> nat) (W : history -> V) (h : history) : V := fun m => W (skipn (d m) h) m.

  (** Runs exist: the weights are computed along the history, the latest first. *)
  Section existence.
    Variables (device : R -> R -> R) (alpha : R) (choose : (nat -> V) -> nat -> V) (W0 : V).

    (** [choose] is told the weights of j updates ago, for every j. *)
    Fixpoint path (h : history) : list V :=
      match h with
      | [] => [W0]
      | i :: h => (fun m c => device (nth 0 (path h) W0 m c) (- alpha * choose (fun j => nth j (path h) W0) i m c))
                  :: path h
      end.

    Definition trained (h : history) : V := nth 0 (path h) W0.

    Lemma path_skipn h : forall j, nth j (path h) W0 = trained (skipn j h).
    Proof.
      induction h as [|i h IH]; intros [|j]; try reflexivity; [|apply IH].
      simpl. destruct j; reflexivity.
    Qed.

    Lemma trained_runs : run device alpha (fun h i => choose (fun j => trained (skipn j h)) i) trained.
    Proof.
      intros h i m c. rewrite <- (functional_extensionality _ _ (path_skipn h)). reflexivity.
    Qed.
  End existence.
End runs.
Arguments run_by {M size}.
Arguments run {M size}.
Arguments run_at_gain_one {M size}.
Arguments late {M size}.
Arguments trained {M size}.

(** * The theorems *)

Section training.
  Variable P : sampler.
  Variables (M : nat) (size : nat -> nat) (K : nat).
  Let V : space := weights M size.

  (* objective, per-sample gradient, direction taken, device, run *)
  Variables (f : V -> R) (grad : V -> V) (sample_gradient : V -> nat -> V) (region : V -> Prop).
  Variables (device : nat -> nat -> R -> R -> R) (direction : history -> nat -> V) (W : history -> V).
  Variables (alpha L sigma rho lower Lambda1 nu : R) (d : nat -> nat) (S : nat -> nat -> R).

  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis trains : run_by device alpha direction W.

  (** smooth: a Lipschitz gradient on a region that holds the segments between the weights met *)
  Hypothesis gradient : has_gradient region f grad.
  Hypothesis smooth : lipschitz region grad L.
  Hypothesis convex : forall w u t, region w -> region u -> 0 <= t <= 1 ->
    region (fun m c => w m c + t * (u m c - w m c)).
  Hypothesis inside : forall h, reachable P h -> (length h <= K)%nat -> region (W h).
  Hypothesis bounded_below : forall h, reachable P h -> length h = K -> lower <= f (W h).

  (** unbiased, variance *)
  Hypothesis unbiased : forall h m c, met P K h ->
    given P h (fun i => sample_gradient (W h) i m c) = grad (W h) m c.
  Hypothesis variance : forall h, met P K h ->
    given P h (fun i => norm (minus (sample_gradient (W h) i) (grad (W h))) ^ 2) <= sigma ^ 2.

  (** lags: stage by stage, the direction errs at most by S times the distance the stages have moved *)
  Hypothesis S_nonneg : forall i j, (i < M)%nat -> (j < M)%nat -> 0 <= S i j.
  Hypothesis stale : forall h i m, met P K h -> reachable P (i :: h) -> (m < M)%nat ->
    norm (minus (direction h i) (sample_gradient (W h) i) m : euclid (size m))
    <= sum M (fun j => S m j * norm (minus (W h) (late d W h) j : euclid (size j))).

  (** the devices distort an update by at most rho *)
  Hypothesis faithful : forall h i m c, met P K h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
    let D := - alpha * direction h i m c in Rabs (device m c (W h m c) D - (W h m c + D)) <= rho * Rabs D.

  Definition average_squared_gradient : R := mean_squared_gradient P M size K (fun h => grad (W h)).
  Let A := average_squared_gradient.
  Let p := (f (W []) - lower) / (alpha * INR K).
  Let x := alpha * L.
  Let q := (1 + rho) * alpha * Lambda1.
  Let qn := (1 + rho) * alpha * nu.
  Let noise := n P M size K (fun h => grad (W h)) (fun h => sample_gradient (W h)).

  Lemma unbiased' : forall h m c, met P K h -> conditional P (fun h => noise h m c) h = 0.
  Proof.
    intros h m c R. change (given P h (fun i => sample_gradient (W h) i m c - grad (W h) m c) = 0).
    rewrite (apply_ext (given P h) _ (fun i => sample_gradient (W h) i m c + (-1) * grad (W h) m c))
      by (intros; ring).
    rewrite (apply_plus (given P h)), unbiased by exact R.
    rewrite (given_const P h (-1 * grad (W h) m c)). ring.
  Qed.

  Lemma variance' : forall h, met P K h -> conditional P (fun h => inner (noise h) (noise h)) h <= sigma ^ 2.
  Proof.
    intros h R. apply Rle_trans with (2 := variance h R), Req_le, apply_ext. intros i _.
    rewrite norm_sq. apply sum_ext. intros m _. apply sum_ext. intros c _.
    unfold minus, noise, n, at_sample. simpl. ring.
  Qed.

  Lemma drift' : forall h i m c, met P K h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
    Rabs (e P M size K W direction alpha (i :: h) m c) <= rho * Rabs (direction h i m c).
  Proof.
    intros h i m c Met Next Hm Hc. pose proof (faithful h i m c Met Next Hm Hc) as Fa. simpl in Fa.
    change (Rabs ((W h m c - W (i :: h) m c) / alpha - direction h i m c) <= rho * Rabs (direction h i m c)).
    rewrite trains. set (g := direction h i m c) in *. set (w := device m c (W h m c) (- alpha * g)) in *.
    replace ((W h m c - w) / alpha - g) with (- / alpha * (w - (W h m c + - alpha * g))) by (field; lra).
    rewrite Rabs_mult, Rabs_Ropp, (Rabs_pos_eq (/ alpha)) by (left; now apply Rinv_0_lt_compat).
    rewrite Rabs_mult, Rabs_Ropp, (Rabs_pos_eq alpha) in Fa by lra.
    apply Rmult_le_reg_l with alpha; [exact alpha_pos|].
    rewrite <- Rmult_assoc, Rinv_r, Rmult_1_l by lra. lra.
  Qed.

  Let moves := step P M size K W (fun h => grad (W h)) (fun h => sample_gradient (W h)) direction alpha.

  Lemma smooth' : forall h i, met P K h -> reachable P (i :: h) ->
    f (W (i :: h)) <= f (W h) + inner (grad (W h)) (moves (i :: h)) + L / 2 * inner (moves (i :: h)) (moves (i :: h)).
  Proof.
    intros h i [R Len] R'.
    assert (At : forall t, line (W h) (moves (i :: h)) t = (fun m c => W h m c + t * (W (i :: h) m c - W h m c))).
    { intros t. apply weights_eq. intros m c.
      rewrite <- (step_is_the_move P M size K W (fun h => grad (W h)) (fun h => sample_gradient (W h)) direction
        alpha alpha_pos). reflexivity. }
    pose proof (descent region f grad L gradient smooth (W h) (moves (i :: h))) as D.
    replace (line (W h) (moves (i :: h)) 1) with (W (i :: h)) in D
      by (rewrite At; apply weights_eq; intros; symmetry; reals; ring).
    replace (line (W h) (moves (i :: h)) 0) with (W h) in D
      by (rewrite At; apply weights_eq; intros; symmetry; reals; ring).
    apply D. intros t Ht. rewrite At. apply convex; [apply inside | apply inside | exact Ht]; auto; simpl; lia.
  Qed.

  Lemma stale' : forall h i m, met P K h -> reachable P (i :: h) -> (m < M)%nat ->
    norm (b P M size K (fun h => sample_gradient (W h)) direction (i :: h) m : euclid (size m))
    <= sum M (fun j => S m j * norm (moved P M size K W d (i :: h) j : euclid (size j))).
  Proof.
    intros h i m Met Next Hm.
    assert (Same : forall k (s w : euclid k), (forall c, s c = w c) -> norm s = norm w).
    { intros k s w E. apply lift_norm_ext. intros c _. simpl. now rewrite E. }
    rewrite (Same _ _ (minus (direction h i) (sample_gradient (W h) i) m))
      by (intros; unfold b, at_sample, minus; simpl; ring).
    rewrite (sum_ext M _ (fun j => S m j * norm (minus (W h) (late d W h) j : euclid (size j)))).
    - now apply stale.
    - intros j _. f_equal. apply Same. intros. unfold moved, at_sample, minus, late. simpl. ring.
  Qed.

  (** How the noise is felt through the lags: by its total, if Lambdah bounds norm2 (S Diag (sqrt d)) ... *)
  Theorem noise_by_total Lambdah :
    0 <= Lambdah -> delay_constant M S (fun m => sqrt (INR (d m))) Lambdah ->
    norm (sensitivity_of M S (fun m => sqrt (INR (d m)) * stage_norms P M size K noise m)) <= Lambdah * sigma.
  Proof.
    intros Hn Delay. apply Rle_trans with (1 := Delay _). rewrite norm_stage_norms.
    apply Rmult_le_compat_l; [exact Hn|]. apply noise_bound; auto. exact variance'.
  Qed.

  (** ... or by stage, if stage m has variance s_m^2. *)
  Theorem noise_by_stage (s : nat -> R) :
    (forall m, 0 <= s m) ->
    (forall h m, met P K h -> (m < M)%nat ->
      given P h (fun i => norm (minus (sample_gradient (W h) i) (grad (W h)) m : euclid (size m)) ^ 2) <= s m ^ 2) ->
    norm (sensitivity_of M S (fun m => sqrt (INR (d m)) * stage_norms P M size K noise m))
    <= norm (sensitivity_of M S (fun m => sqrt (INR (d m)) * s m)).
  Proof.
    intros Hs Var. apply sensitivity_mono; [exact S_nonneg|]. intros m Hm.
    split; [apply Rmult_le_pos; [apply sqrt_pos | apply norm_nonneg]|].
    apply Rmult_le_compat_l; [apply sqrt_pos|].
    apply (stage_noise_bound P M size K (fun h => grad (W h)) (fun h => sample_gradient (W h)) K_pos); [apply Hs|].
    intros h R. apply Rle_trans with (2 := Var h m R Hm), Req_le, apply_ext. intros i _.
    rewrite norm_sq. apply sum_ext. intros c _. unfold minus, noise, n, at_sample. simpl. ring.
  Qed.

  (** * Theorems 1 and 2 for any training run *)

  Let errs := b P M size K (fun h => sample_gradient (W h)) direction.
  Let moves_mean := v P M size K W (fun h => grad (W h)) (fun h => sample_gradient (W h)) direction alpha.

  (** The staleness lemma, from the sensitivity. *)
  Lemma training_staleness :
    delay_constant M S (fun m => INR (d m)) Lambda1 ->
    norm (sensitivity_of M S (fun m => sqrt (INR (d m)) * stage_norms P M size K noise m)) <= nu ->
    norm errs <= alpha * (Lambda1 * norm moves_mean + nu).
  Proof.
    apply (staleness P M size K W (fun h => grad (W h)) (fun h => sample_gradient (W h)) direction
      alpha K_pos alpha_pos unbiased' d S S_nonneg stale').
  Qed.

  Section given_staleness.
    Hypothesis stale_at_most : norm errs <= alpha * (Lambda1 * norm moves_mean + nu).

    Theorem sharp_given_staleness : exists Y a, feasible p x sigma rho q qn A Y a.
    Proof.
      apply (trajectory_sharp P M size K W (fun h => grad (W h)) (fun h => sample_gradient (W h)) direction
        alpha K_pos alpha_pos unbiased' sigma sigma_nonneg variance' Lambda1 nu stale_at_most rho rho_nonneg drift'
        (fun h => f (W h)) L lower L_nonneg); auto using smooth'.
    Qed.

    Theorem explicit_given_staleness : domain x rho q -> A <= explicit p x sigma rho q qn.
    Proof.
      intros Dom. destruct sharp_given_staleness as (Y & a & Fe).
      apply (sharp_le_explicit p x sigma rho q qn A Y a); auto.
      - apply Rmult_le_pos; lra.
      - unfold A, average_squared_gradient. rewrite A_is_norm by exact K_pos. apply pow2_ge_0.
    Qed.
  End given_staleness.

  Hypothesis coherent_delay : delay_constant M S (fun m => INR (d m)) Lambda1.
  Hypothesis martingale_delay :
    norm (sensitivity_of M S (fun m => sqrt (INR (d m)) * stage_norms P M size K noise m)) <= nu.

  Theorem training_sharp : exists Y a, feasible p x sigma rho q qn A Y a.
  Proof. exact (sharp_given_staleness (training_staleness coherent_delay martingale_delay)). Qed.

  Theorem training_explicit : domain x rho q -> A <= explicit p x sigma rho q qn.
  Proof. exact (explicit_given_staleness (training_staleness coherent_delay martingale_delay)). Qed.
End training.
