(** The claim about elements of unequal gains, as CompareRuns.v has those about runs. *)

From Coq Require Import Reals Lra Lia Psatz List.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Spread CompareRuns.
Local Open Scope R_scope.

Section spread.
  Variables (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC).
  Variables Delta K L alpha : R.
  Variables distorted_grad distorted_noise drift : history -> TC -> R.
  Variable f_first : R.
  Variable f_i : TC -> R.
  Variable f_last : R.
  Variables f_next f_now : history -> R.
  Variable f_star : R.
  Variable gamma : TC -> R.
  Variable grad : history -> TC -> R.
  Variables mean_next mean_now : R.
  Variable noise : history -> TC -> R.
  Variables p r : R.
  Variable root_f : TC -> R.
  Variables scaled_grad scaled_mean scaled_noise : history -> TC -> R.
  Variables sigma sigma_gamma : R.
  Variable step : history -> TC -> R.
  Variables top x : R.
  Let U := lift Crd (fun _ => real_space).
  Variables F_k G_k T_k gF_k gn_k n_k v_k : history -> lift Crd (fun _ => real_space).
  Variables gF gn n unit v : process Smp Len (lift Crd (fun _ => real_space)).
  Hypothesis some : (0 < Len)%nat.
  Hypothesis grad_at : forall h, taken Smp Len h -> forall c, support Crd c -> grad h c = (G_k h c : R).
  Hypothesis step_at : forall h, taken Smp Len h -> forall c, support Crd c -> step h c = (T_k h c : R).
  Hypothesis scaled_grad_at : forall h, taken Smp Len h -> forall c, support Crd c -> scaled_grad h c = (F_k h c : R).
  Hypothesis scaled_mean_at : forall h, taken Smp Len h -> forall c, support Crd c -> scaled_mean h c = (v_k h c : R).
  Hypothesis scaled_noise_at : forall h, taken Smp Len h -> forall c, support Crd c -> scaled_noise h c = (n_k h c : R).
  Hypothesis distorted_grad_at : forall h, taken Smp Len h -> forall c, support Crd c ->
    distorted_grad h c = (gF_k h c : R).
  Hypothesis distorted_noise_at : forall h, taken Smp Len h -> forall c, support Crd c ->
    distorted_noise h c = (gn_k h c : R).
  Hypothesis F_at : forall h, taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (F_k h) y = r * inner (unit h) y.
  Hypothesis v_at : forall h, taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (v_k h) y = inner (v h) y.
  Hypothesis n_at : forall h, taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (n_k h) y = inner (n h) y.
  Hypothesis gF_at : forall h, taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (gF_k h) y = inner (gF h) y.
  Hypothesis gn_at : forall h, taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (gn_k h) y = inner (gn h) y.
  Hypothesis values : path Smp Len f_now f_next f_first f_last mean_now mean_next K.
  Hypothesis unit_known : known Smp Len (lift Crd (fun _ => real_space)) 1 unit.
  Hypothesis n_differences : differences Smp Len (lift Crd (fun _ => real_space)) n.
  Hypothesis gF_known : known Smp Len (lift Crd (fun _ => real_space)) 1 gF.
  Hypothesis gn_differences : differences Smp Len (lift Crd (fun _ => real_space)) gn.
  Hypothesis bounded_below : f_star <= f_last.
  Hypothesis gap : Delta = f_first + (-1) * f_star.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis f_most : forall c, support Crd c -> f_i c <= 1.
  Hypothesis gamma_nonneg : forall c, support Crd c -> 0 <= gamma c.
  Hypothesis gamma_most : forall c, support Crd c -> gamma c <= top.
  Hypothesis top_nonneg : 0 <= top.
  Hypothesis top_small : top < 1.
  Hypothesis root_is : forall c, support Crd c -> root_f c ^ 2 = f_i c.
  Hypothesis response : forall h, taken Smp Len h -> forall c, support Crd c ->
    drift h c ^ 2 <= gamma c ^ 2 * (grad h c + noise h c) ^ 2.
  Hypothesis scaled_grad_is : forall h, taken Smp Len h -> forall c, support Crd c ->
    scaled_grad h c = grad h c * root_f c.
  Hypothesis scaled_noise_is : forall h, taken Smp Len h -> forall c, support Crd c ->
    scaled_noise h c = noise h c * root_f c.
  Hypothesis scaled_mean_is : forall h, taken Smp Len h -> forall c, support Crd c ->
    scaled_mean h c = root_f c * (drift h c + grad h c).
  Hypothesis distorted_grad_is : forall h, taken Smp Len h -> forall c, support Crd c ->
    distorted_grad h c = gamma c * scaled_grad h c.
  Hypothesis distorted_noise_is : forall h, taken Smp Len h -> forall c, support Crd c ->
    distorted_noise h c = gamma c * scaled_noise h c.
  Hypothesis step_is : forall h, taken Smp Len h -> forall c, support Crd c ->
    step h c = (-1) * alpha * f_i c * (drift h c + grad h c + noise h c).
  Hypothesis r_nonneg : 0 <= r.
  Hypothesis smooth : forall h, taken Smp Len h ->
    f_next h <= inner (G_k h) (T_k h) + f_now h + 1 / 2 * inner (T_k h) (T_k h) * L.
  Hypothesis variance : forall h, taken Smp Len h -> inner (n_k h) (n_k h) <= sigma ^ 2.
  Hypothesis distorted_variance : forall h, taken Smp Len h -> inner (gn_k h) (gn_k h) <= sigma_gamma ^ 2.
  Hypothesis x_is : x = L * alpha.
  Hypothesis x_small : x < 1.
  Hypothesis p_is : p = Delta * / K * / alpha.

  Let F : process Smp Len (lift Crd (fun _ => real_space)) := scal r unit.

  Let F_seen h : taken Smp Len h -> forall y : lift Crd (fun _ => real_space), inner (F_k h) y = inner (F h) y.
  Proof. intros T y. rewrite F_at by exact T. symmetry. apply (inner_scal r (unit h) y). Qed.

  (** Inner products of two vectors that agree element by element. *)
  Let same (a b a' b' : lift Crd (fun _ => real_space)) :
    (forall c, support Crd c -> (a c : R) = a' c) -> (forall c, support Crd c -> (b c : R) = b' c) ->
    inner a b = inner a' b'.
  Proof.
    intros A B. change (Crd (fun c => (a c : R) * b c) = Crd (fun c => (a' c : R) * b' c)).
    apply apply_ext. intros c Hc. now rewrite A, B.
  Qed.

  Let one_step h (T : taken Smp Len h) :=
    spread_step Crd root_f gamma top alpha
      (fun c Hc => eq_ind_r (fun z => z <= 1) (f_most c Hc) (root_is c Hc))
      (fun c Hc => conj (gamma_nonneg c Hc) (gamma_most c Hc)) (grad h) (noise h) (drift h) (response h T).

  Lemma compare_response_spread :
    ((-1) * inner gF gF + inner unit unit * r ^ 2 <= sigma_gamma ^ 2 + 2 * p + x * sigma ^ 2 * / (1 + (-1) * x)) /\
    (inner unit unit * r ^ 2 <= / (1 + (-1) * top ^ 2)
      * (sigma_gamma ^ 2 + 2 * p + x * sigma ^ 2 * / (1 + (-1) * x))).
  Proof using All.
    destruct values as (f & Now & Next & E1 & E2 & _ & _ & EK). rewrite E1, E2 in *.
    pose proof (start_cost Delta K alpha p (f nil) f_star Len some alpha_pos EK gap p_is) as Ep.
    (* the vectors of a step are what the elements make of them *)
    assert (Fk : forall h, taken Smp Len h -> forall c, support Crd c -> (F_k h c : R) = root_f c * grad h c).
    { intros h T c Hc. rewrite <- scaled_grad_at, scaled_grad_is by assumption. ring. }
    assert (Vk : forall h, taken Smp Len h -> forall c, support Crd c ->
      (v_k h c : R) = root_f c * (grad h c + drift h c)).
    { intros h T c Hc. rewrite <- scaled_mean_at, scaled_mean_is by assumption. ring. }
    assert (Nk : forall h, taken Smp Len h -> forall c, support Crd c -> (n_k h c : R) = root_f c * noise h c).
    { intros h T c Hc. rewrite <- scaled_noise_at, scaled_noise_is by assumption. ring. }
    assert (GFk : forall h, taken Smp Len h -> forall c, support Crd c ->
      (gF_k h c : R) = gamma c * (root_f c * grad h c)).
    { intros h T c Hc. rewrite <- distorted_grad_at, distorted_grad_is, scaled_grad_is by assumption. ring. }
    assert (GNk : forall h, taken Smp Len h -> forall c, support Crd c ->
      (gn_k h c : R) = gamma c * (root_f c * noise h c)).
    { intros h T c Hc. rewrite <- distorted_noise_at, distorted_noise_is, scaled_noise_is by assumption. ring. }
    assert (Tk : forall h, taken Smp Len h -> forall c, support Crd c ->
      (T_k h c : R) = - alpha * root_f c ^ 2 * (grad h c + drift h c + noise h c)).
    { intros h T c Hc. rewrite <- step_at, step_is, root_is by assumption. ring. }
    destruct (spread_bound Smp Len f f_star some bounded_below F v n gF gn alpha L sigma sigma_gamma top) as [A B];
      try assumption; try lra.
    - now apply known_scal.
    - apply average_below; [exact some|]. intros h T. rewrite <- (both_seen _ _ _ _ (n_at h T) (n_at h T)).
      now apply variance.
    - apply average_below; [exact some|]. intros h T. rewrite <- (both_seen _ _ _ _ (gn_at h T) (gn_at h T)).
      now apply distorted_variance.
    - intros h T. destruct (one_step h T) as (_ & _ & D & _).
      assert (L1 : forall y, inner (plus (v_k h) (scal (-1) (F_k h))) y = inner (plus (v h) (scal (-1) (F h))) y).
      { intros y. rewrite !inner_plus, !inner_scal, v_at, F_seen by exact T. reflexivity. }
      assert (L2 : forall y, inner (plus (gF_k h) (gn_k h)) y = inner (plus (gF h) (gn h)) y).
      { intros y. rewrite !inner_plus, gF_at, gn_at by exact T. reflexivity. }
      rewrite <- (both_seen _ _ _ _ L1 L1), <- (both_seen _ _ _ _ L2 L2).
      refine (Rle_trans _ _ _ (Req_le _ _ _) (Rle_trans _ _ _ D (Req_le _ _ _))); apply same; intros c Hc;
        simpl; rewrite ?Vk, ?Fk, ?GFk, ?GNk by assumption; reflexivity.
    - intros h T. destruct (one_step h T) as (_ & _ & _ & D).
      rewrite <- (both_seen _ _ _ _ (gF_at h T) (gF_at h T)), <- (both_seen _ _ _ _ (F_seen h T) (F_seen h T)).
      refine (Rle_trans _ _ _ (Req_le _ _ _) (Rle_trans _ _ _ D (Req_le _ _ _))).
      + apply same; intros c Hc; now apply GFk.
      + f_equal. apply same; intros c Hc; symmetry; now apply Fk.
    - intros h T. destruct (one_step h T) as (I & Q & _ & _). rewrite <- (Now h T), <- (Next h T).
      assert (L1 : forall y, inner (plus (v_k h) (n_k h)) y = inner (plus (v h) (n h)) y).
      { intros y. rewrite !inner_plus, v_at, n_at by exact T. reflexivity. }
      assert (Vn : forall c, support Crd c -> (plus (v_k h) (n_k h) c : R)
        = root_f c * (grad h c + drift h c) + root_f c * noise h c).
      { intros c Hc. simpl. now rewrite Vk, Nk. }
      assert (Along : inner (G_k h) (T_k h) = - alpha * inner (F h) (plus (v h) (n h))).
      { rewrite <- (both_seen _ _ _ _ (F_seen h T) L1).
        transitivity (- alpha * inner ((fun c => root_f c * grad h c) : lift Crd (fun _ => real_space))
          (fun c => root_f c * (grad h c + drift h c) + root_f c * noise h c)).
        - refine (eq_trans _ I). apply same; [intros c Hc; symmetry; now apply grad_at | now apply Tk].
        - f_equal. apply same; intros c Hc; symmetry; [now apply Fk | now apply Vn]. }
      assert (Length : inner (T_k h) (T_k h) <= alpha ^ 2 * inner (plus (v h) (n h)) (plus (v h) (n h))).
      { rewrite <- (both_seen _ _ _ _ L1 L1).
        refine (Rle_trans _ _ _ (Req_le _ _ _) (Rle_trans _ _ _ Q (Req_le _ _ _))).
        - apply same; now apply Tk.
        - f_equal. apply same; intros c Hc; symmetry; now apply Vn. }
      pose proof (smooth h T) as S. rewrite Along, inner_plus_r in S. rewrite norm_sq.
      pose proof (Rmult_le_compat_l (L / 2) _ _ ltac:(lra) Length). lra.
    - cbv zeta in A, B. rewrite Ep in A, B. replace (alpha * L) with x in A, B by (rewrite x_is; ring).
      assert (FF : inner F F = inner unit unit * r ^ 2) by (unfold F; rewrite inner_scal, inner_scal_r; ring).
      rewrite FF in A, B. unfold Rdiv in A, B. replace (1 + -1 * x) with (1 - x) by ring.
      split; [lra|]. assert (Top : 0 < 1 + -1 * top ^ 2) by nra.
      apply Rmult_le_reg_l with (1 + -1 * top ^ 2); [exact Top|]. rewrite <- (Rmult_assoc _ (/ _)), Rinv_r by lra. lra.
  Qed.
End spread.
